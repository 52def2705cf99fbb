// A stream ends after so many events, without its terminal event: by a clean close (FIN), which
// looks like success to a careless reader, or by a reset (RST).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class CutEnd { fin, rst };

constexpr std::array<world::Choice<CutEnd>, 2> choices(CutEnd) {
  return {{{"fin", CutEnd::fin}, {"rst", CutEnd::rst}}};
}

struct Cut {
  std::int64_t after_events = 1;
  CutEnd end = CutEnd::fin;

  static constexpr std::string_view kind = "cut";
  static constexpr std::int64_t kAfterEventsMax = 1'000'000;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("after_events", &Cut::after_events, "Events that still go out before the end.")
            .between(0, kAfterEventsMax),
        field("end", &Cut::end, "How the connection ends: fin (clean close) or rst (reset)."));
  }
  friend bool operator==(const Cut&, const Cut&) = default;
};

}  // namespace fakes
