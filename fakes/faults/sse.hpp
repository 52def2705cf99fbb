// The events of a stream are all there, in order, and the stream is a valid one by the rules of
// server-sent events (but for what is named so): only its form is one that careless readers get
// wrong. Nothing is lost, so a right reader notices nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class SseForm {
  cr, crlf, bom, multi_line, fields, split, merged, done_in_text, data_in_comment, unknown_type,
  giant,
};

constexpr std::array<world::Choice<SseForm>, 11> choices(SseForm) {
  return {{{"cr", SseForm::cr},
           {"crlf", SseForm::crlf},
           {"bom", SseForm::bom},
           {"multi_line", SseForm::multi_line},
           {"fields", SseForm::fields},
           {"split", SseForm::split},
           {"merged", SseForm::merged},
           {"done_in_text", SseForm::done_in_text},
           {"data_in_comment", SseForm::data_in_comment},
           {"unknown_type", SseForm::unknown_type},
           {"giant", SseForm::giant}}};
}

struct Sse {
  SseForm how = SseForm::crlf;
  std::int64_t bytes = 0;  // 0: 1 of split, 1 MiB of giant

  static constexpr std::string_view kind = "sse";
  static constexpr std::int64_t kBytesMax = 16 << 20;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("how", &Sse::how,
              "cr, crlf (line ends), bom, multi_line (an event's data on two lines), fields (id: "
              "and retry:), split (each piece a write and an HTTP chunk of its own, also inside of "
              "characters), merged (many events in one write), done_in_text (the answer says "
              "[DONE]), data_in_comment, unknown_type (events nobody knows in between), giant."),
        field("bytes", &Sse::bytes, "Of one piece (split), or of the giant event's text.")
            .in(world::Unit::bytes)
            .between(0, kBytesMax));
  }
  friend bool operator==(const Sse&, const Sse&) = default;
};

}  // namespace fakes
