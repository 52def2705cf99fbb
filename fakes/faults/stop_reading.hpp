// The server stops reading when a request begins to come, so that a large one fills the window
// and the sender cannot go on. After `for` it reads on and answers.
#pragma once

#include <chrono>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

struct StopReading {
  world::Nanos duration = std::chrono::seconds(30);

  static constexpr std::string_view kind = "stop_reading";
  static constexpr bool before_request = true;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("for", &StopReading::duration, "How long nothing is read."));
  }
  friend bool operator==(const StopReading&, const StopReading&) = default;
};

}  // namespace fakes
