// The model asks for a tool, and does it wrong; or it asks for the same one for ever. A request
// that offers no tools gets a call of a made-up one all the same.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class ToolCallHow {
  invalid_json, cut_at_length, cut, empty_arguments, wrong_schema, unknown_tool, duplicate_id,
  missing_id, parallel, split, loop,
};

constexpr std::array<world::Choice<ToolCallHow>, 11> choices(ToolCallHow) {
  return {{{"invalid_json", ToolCallHow::invalid_json},
           {"cut_at_length", ToolCallHow::cut_at_length},
           {"cut", ToolCallHow::cut},
           {"empty_arguments", ToolCallHow::empty_arguments},
           {"wrong_schema", ToolCallHow::wrong_schema},
           {"unknown_tool", ToolCallHow::unknown_tool},
           {"duplicate_id", ToolCallHow::duplicate_id},
           {"missing_id", ToolCallHow::missing_id},
           {"parallel", ToolCallHow::parallel},
           {"split", ToolCallHow::split},
           {"loop", ToolCallHow::loop}}};
}

struct BadToolCall {
  ToolCallHow how = ToolCallHow::invalid_json;
  std::string name;  // empty: the first on offer
  std::string arguments = R"({"city":"Berlin","days":3})";

  static constexpr std::string_view kind = "tool_call";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("how", &BadToolCall::how,
              "Arguments: invalid_json, cut_at_length, cut (yet finished as tool_calls), "
              "empty_arguments, wrong_schema. Calls: unknown_tool, duplicate_id, missing_id, "
              "parallel (three at once), split (a character at a time), loop (a valid call "
              "whatever the tool has said)."),
        field("name", &BadToolCall::name, "Name of the tool; by default the first on offer."),
        field("arguments", &BadToolCall::arguments,
              "Arguments of the call, before it is spoiled."));
  }
  friend bool operator==(const BadToolCall&, const BadToolCall&) = default;
};

}  // namespace fakes
