// So many arrivals at one instant, once or again and again. `at` counts from the window's start.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "harness/plan/arrivals/window.hpp"
#include "world/field.hpp"

namespace harness {

struct Burst {
  std::int64_t n = 0;
  world::Nanos at{};
  std::optional<world::Nanos> every;  // none: once

  static constexpr std::string_view kind = "burst";
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("n", &Burst::n, "Arrivals at one instant.").between(1, kArrivalsMax).required(),
        field("at", &Burst::at, "Instant of the first burst, from the start of the window."),
        field("every", &Burst::every, "Distance between bursts; a single burst if not given.")
            .between(1, kArrivalWindowMax));
  }
  friend bool operator==(const Burst&, const Burst&) = default;
};

std::vector<world::Instant> arrivals(const Burst& shape, const ArrivalWindow& window);

}  // namespace harness
