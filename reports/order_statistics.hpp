// Intervals of percentiles that need no assumption about the distribution: between which ranks of
// the sorted values the true quantile lies (David and Nagaraja, Order Statistics, 7.1). Exact
// binomial tails, computed in doubles without promotion, so compilers agree. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "reports/histogram.hpp"
#include "world/units.hpp"

namespace reports {

// P(B <= k), B ~ Bin(n, p): the incomplete beta function I_{1-p}(n - k, k + 1), which is defined
// for counts that are no whole numbers too. 0 <= k, 0 < n, 0 < p < 1.
double binomial_at_most(double k, double n, double p);
double binomial_at_least(double k, double n, double p);  // P(B >= k)

// Ranks (1-based) between whose values the quantile lies with probability 1 - alpha at least: P(B
// <= low - 1) <= alpha / 2 and P(B <= high - 1) >= 1 - alpha / 2, B ~ Bin(n, q). `low` is 0 when
// there is no lower bound; `high` is nothing when there is no upper one.
struct Ranks {
  std::uint64_t low = 0;
  std::optional<std::uint64_t> high;
};
Ranks quantile_ranks(std::uint64_t n, double q, double alpha = 0.05);

// The values at these ranks, wide enough to hold the width of the histogram's counters.
struct Bounds {
  std::optional<world::Nanos> low;  // nothing: no bound on that side
  std::optional<world::Nanos> high;
  friend bool operator==(const Bounds&, const Bounds&) = default;
};
Bounds percentile_bounds(const Histogram& histogram, std::uint64_t ppm);

}  // namespace reports
