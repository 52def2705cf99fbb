// The head of the response drips: so many bytes, a pause, and on. The body then comes at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

struct SlowHeaders {
  world::Nanos gap = std::chrono::milliseconds(100);
  std::int64_t bytes = 1;

  static constexpr std::string_view kind = "slow_headers";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("gap", &SlowHeaders::gap, "Pause between the pieces of the head."),
        field("bytes", &SlowHeaders::bytes, "Bytes of each piece.")
            .in(world::Unit::bytes)
            .between(1, 65'536));
  }
  friend bool operator==(const SlowHeaders&, const SlowHeaders&) = default;
};

}  // namespace fakes
