// A rate that changes piecewise linearly: from `from`, to each step's rate over its duration; the
// last rate holds until the window ends. The k-th arrival is where the integral of the rate reaches
// k + 1/2, found in integers, so the count is the exact integral to within one half.
#pragma once

#include <string_view>
#include <tuple>
#include <vector>

#include "harness/plan/arrivals/window.hpp"
#include "world/field.hpp"

namespace harness {

struct RampStep {
  world::Rate to;
  world::Nanos over{};

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("to", &RampStep::to, "Rate at the end of the step.").between(0, kRateMax).required(),
        field("over", &RampStep::over, "Length of the step.")
            .between(0, kArrivalWindowMax)
            .required());
  }
  friend bool operator==(const RampStep&, const RampStep&) = default;
};

struct Ramp {
  std::vector<RampStep> steps;
  world::Rate from;

  static constexpr std::string_view kind = "ramp";
  static constexpr std::int64_t kStepsMax = 1'000;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(field("steps", &Ramp::steps, "The steps, in order.")
                          .between(1, kStepsMax)
                          .required(),
                      field("from", &Ramp::from, "Rate at the start; 0/s if not given.")
                          .between(0, kRateMax));
  }
  friend bool operator==(const Ramp&, const Ramp&) = default;
};

std::vector<world::Instant> arrivals(const Ramp& shape, const ArrivalWindow& window);

}  // namespace harness
