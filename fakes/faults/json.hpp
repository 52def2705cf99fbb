// The JSON of an answer is wrong: the body of a plain one, or one event of a stream. Not valid at
// all, or valid and not what the provider's documentation promises.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class JsonHow {
  truncated, trailing_garbage, invalid_utf8, lone_surrogate, wrong_type, null_value, missing_field,
  unknown_enum, renamed_field, deep, duplicate_keys, nan, infinity, too_large_float, huge_integer,
  huge_string, empty, html, bom,
};

constexpr std::array<world::Choice<JsonHow>, 19> choices(JsonHow) {
  return {{{"truncated", JsonHow::truncated},
           {"trailing_garbage", JsonHow::trailing_garbage},
           {"invalid_utf8", JsonHow::invalid_utf8},
           {"lone_surrogate", JsonHow::lone_surrogate},
           {"wrong_type", JsonHow::wrong_type},
           {"null_value", JsonHow::null_value},
           {"missing_field", JsonHow::missing_field},
           {"unknown_enum", JsonHow::unknown_enum},
           {"renamed_field", JsonHow::renamed_field},
           {"deep", JsonHow::deep},
           {"duplicate_keys", JsonHow::duplicate_keys},
           {"nan", JsonHow::nan},
           {"infinity", JsonHow::infinity},
           {"too_large_float", JsonHow::too_large_float},
           {"huge_integer", JsonHow::huge_integer},
           {"huge_string", JsonHow::huge_string},
           {"empty", JsonHow::empty},
           {"html", JsonHow::html},
           {"bom", JsonHow::bom}}};
}

struct Json {
  JsonHow how = JsonHow::truncated;
  std::optional<std::int64_t> event;  // from 0; none: the first that has what is struck
  std::string field;                  // as choices.0.message; empty: what suits
  std::int64_t bytes = 1 << 20;

  static constexpr std::string_view kind = "json";
  static constexpr std::int64_t kEventMax = 1'000'000;
  static constexpr std::int64_t kBytesMax = 16 << 20;
  static constexpr std::size_t kDepth = 10'000;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("how", &Json::how,
              "Of all: truncated, trailing_garbage, empty, html, bom. Of a field: wrong_type, "
              "null_value, missing_field, renamed_field, duplicate_keys, deep (10,000 arrays). Of "
              "why it ended: unknown_enum. Of a number: nan, infinity, too_large_float (1e400), "
              "huge_integer. Of a text: invalid_utf8, lone_surrogate, huge_string."),
        field("event", &Json::event, "Which event of a stream, from 0; by default one that suits.")
            .between(0, kEventMax),
        field("field", &Json::field,
              "The field as a path, as choices.0.message; by default one that suits."),
        field("bytes", &Json::bytes, "Length of huge_string.")
            .in(world::Unit::bytes)
            .between(1, kBytesMax));
  }
  friend bool operator==(const Json&, const Json&) = default;
};

// The field as a JSON pointer; the fault must name one.
std::string pointer_of(const Json& fault);

// Does it to one JSON text. False, and nothing is changed, when it has not what is struck.
bool spoil_json(std::string& text, const Json& fault);

}  // namespace fakes
