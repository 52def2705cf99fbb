// A closed loop: each user waits for its answer, thinks, and asks again. The instants depend on the
// target, so only the sequence of each user is planned (see closed_turn in plan.hpp).
#pragma once

#include <string_view>
#include <tuple>

#include "harness/plan/arrivals/window.hpp"
#include "world/distribution.hpp"
#include "world/field.hpp"

namespace harness {

struct Closed {
  world::Distribution think;  // ns; also the wait before the first request

  static constexpr std::string_view kind = "closed";
  static constexpr auto fields() {
    return std::tuple(world::field("think", &Closed::think,
                                   "Time between an answer and the user's next request.")
                          .in(world::Unit::duration)
                          .required());
  }
  friend bool operator==(const Closed&, const Closed&) = default;
};

}  // namespace harness
