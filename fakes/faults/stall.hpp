// A stream stops after so many events and stays open. After `for` it goes on; without it the client
// has to notice by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

struct Stall {
  std::int64_t after_events = 1;
  std::optional<world::Nanos> duration;  // none: for ever

  static constexpr std::string_view kind = "stall";
  static constexpr std::int64_t kAfterEventsMax = 1'000'000;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("after_events", &Stall::after_events, "Events that still go out before the silence.")
            .between(0, kAfterEventsMax),
        field("for", &Stall::duration, "Length of the silence; for ever if not given."));
  }
  friend bool operator==(const Stall&, const Stall&) = default;
};

}  // namespace fakes
