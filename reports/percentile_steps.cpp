#include "reports/percentile_steps.hpp"

#include <cmath>

namespace reports {

namespace {

double next_level(double level, int per_half) {
  const auto halvings = static_cast<std::int64_t>(std::log(100.0 / (100.0 - level)) / std::log(2));
  return level + 100.0 / (per_half * std::pow(2.0, static_cast<double>(halvings + 1)));
}

}  // namespace

std::vector<PercentileStep> percentile_steps(const Histogram& histogram, int per_half) {
  std::vector<PercentileStep> steps;
  const std::uint64_t all = histogram.count();
  double level = 0;
  std::uint64_t upto = 0;
  std::int64_t value = 0;
  histogram.for_each([&](std::size_t index, std::uint64_t count) {
    const bool was_all = upto == all;
    upto += count;
    value = Histogram::highest_equivalent(index);
    const double reached = 100.0 * static_cast<double>(upto) / static_cast<double>(all);
    // The last counter ends every step: what comes behind it is 100 % itself.
    while (!was_all && reached >= level) {
      steps.push_back({level, value, upto});
      level = next_level(level, per_half);
      if (upto == all) break;
    }
  });
  if (all > 0) steps.push_back({100, value, all});
  return steps;
}

}  // namespace reports
