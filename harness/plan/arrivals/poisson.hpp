// Independent arrivals at a mean rate: gaps are exponential, each one keyed draw.
#pragma once

#include <string_view>
#include <tuple>
#include <vector>

#include "harness/plan/arrivals/window.hpp"
#include "world/field.hpp"

namespace harness {

struct Poisson {
  world::Rate rate;

  static constexpr std::string_view kind = "poisson";
  static constexpr auto fields() {
    return std::tuple(world::field("rate", &Poisson::rate, "Mean arrivals per time.")
                          .between(1, kRateMax)
                          .required());
  }
  friend bool operator==(const Poisson&, const Poisson&) = default;
};

std::vector<world::Instant> arrivals(const Poisson& shape, const ArrivalWindow& window);

}  // namespace harness
