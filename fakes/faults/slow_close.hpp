// The body ends with the connection, without a length, and the connection is closed only long
// after its last byte.
#pragma once

#include <chrono>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

struct SlowClose {
  world::Nanos duration = std::chrono::seconds(5);

  static constexpr std::string_view kind = "slow_close";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("for", &SlowClose::duration, "From the last byte to the FIN."));
  }
  friend bool operator==(const SlowClose&, const SlowClose&) = default;
};

}  // namespace fakes
