// Arrivals at equal distances: the k-th of a window is at (k + 1/2) / rate, so that the count in a
// window is rate x length to within one half, whatever the rate.
#pragma once

#include <string_view>
#include <tuple>
#include <vector>

#include "harness/plan/arrivals/window.hpp"
#include "world/field.hpp"

namespace harness {

struct Constant {
  world::Rate rate;

  static constexpr std::string_view kind = "constant";
  static constexpr auto fields() {
    return std::tuple(world::field("rate", &Constant::rate, "Arrivals per time.")
                          .between(1, kRateMax)
                          .required());
  }
  friend bool operator==(const Constant&, const Constant&) = default;
};

std::vector<world::Instant> arrivals(const Constant& shape, const ArrivalWindow& window);

}  // namespace harness
