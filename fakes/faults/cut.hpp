// A stream ends early, without its terminal event, after so many events or bytes, or in the middle
// of the next event: by a close (FIN), by a reset (RST), or by a body that ends as HTTP demands,
// which looks like success to a careless reader.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class CutEnd { fin, rst, clean };

constexpr std::array<world::Choice<CutEnd>, 3> choices(CutEnd) {
  return {{{"fin", CutEnd::fin}, {"rst", CutEnd::rst}, {"clean", CutEnd::clean}}};
}

// What is cut in two: nothing, a line, the UTF-8 of one character, or a line end, of which the
// carriage return still goes out.
enum class CutInside { nothing, line, character, line_end };

constexpr std::array<world::Choice<CutInside>, 4> choices(CutInside) {
  return {{{"nothing", CutInside::nothing},
           {"line", CutInside::line},
           {"character", CutInside::character},
           {"line_end", CutInside::line_end}}};
}

struct Cut {
  std::int64_t after_events = 1;
  CutEnd end = CutEnd::fin;
  CutInside inside = CutInside::nothing;
  std::optional<std::int64_t> after_bytes = std::nullopt;

  static constexpr std::string_view kind = "cut";
  static constexpr std::int64_t kAfterEventsMax = 1'000'000;
  static constexpr std::int64_t kAfterBytesMax = 64 << 20;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("after_events", &Cut::after_events, "Events that still go out before the end.")
            .between(0, kAfterEventsMax),
        field("end", &Cut::end,
              "How it ends: fin (close), rst (reset), or clean: a whole HTTP body."),
        field("inside", &Cut::inside, "What of the next event is cut in two."),
        field("after_bytes", &Cut::after_bytes, "Bytes of events, instead of a count of events.")
            .in(world::Unit::bytes)
            .between(0, kAfterBytesMax));
  }
  friend bool operator==(const Cut&, const Cut&) = default;
};

}  // namespace fakes
