// A Poisson process on the condition that exactly n arrivals fall into the window: n independent
// uniform instants, sorted. For gates that need a known number of samples.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "harness/plan/arrivals/window.hpp"
#include "world/field.hpp"

namespace harness {

struct PoissonExact {
  std::int64_t n = 0;

  static constexpr std::string_view kind = "poisson_exact";
  static constexpr auto fields() {
    return std::tuple(world::field("n", &PoissonExact::n, "Arrivals in the window, exactly.")
                          .between(1, kArrivalsMax)
                          .required());
  }
  friend bool operator==(const PoissonExact&, const PoissonExact&) = default;
};

std::vector<world::Instant> arrivals(const PoissonExact& shape, const ArrivalWindow& window);

}  // namespace harness
