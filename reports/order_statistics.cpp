#include "reports/order_statistics.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace reports {

namespace {

// No promotion to long double, whose width differs between platforms; never throws on overflow.
using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>>;

// The smallest i in [1, n] that holds, n + 1 when none does; holds(i) stays true once it is. The
// search widens from a guess, because each question costs an incomplete beta function.
template <class Holds>
std::uint64_t first_rank(std::uint64_t n, double guess, Holds&& holds) {
  const double last = static_cast<double>(n);
  const auto start = static_cast<std::uint64_t>(std::clamp(guess, 1.0, last));
  std::uint64_t below = 0, above = n + 1;
  const bool upwards = !holds(start);
  (upwards ? below : above) = start;
  for (std::uint64_t step = 1;; step *= 2) {
    if (upwards ? above - below <= step : above <= step) break;
    const std::uint64_t next = upwards ? below + step : above - step;
    const bool held = holds(next);
    (held ? above : below) = next;
    if (held == upwards) break;
  }
  while (above - below > 1) {
    const std::uint64_t middle = below + (above - below) / 2;
    (holds(middle) ? above : below) = middle;
  }
  return above;
}

}  // namespace

double binomial_at_most(double k, double n, double p) {
  if (k >= n) return 1;
  return boost::math::ibetac(k + 1, n - k, p, Policy());
}

double binomial_at_least(double k, double n, double p) {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return boost::math::ibeta(k, n - k + 1, p, Policy());
}

Ranks quantile_ranks(std::uint64_t n, double q, double alpha) {
  if (n == 0) return {};
  const double size = static_cast<double>(n);
  const auto below_rank = [&](std::uint64_t rank) {
    return binomial_at_most(static_cast<double>(rank - 1), size, q);
  };
  const double spread = 1.96 * std::sqrt(size * q * (1 - q));
  Ranks ranks;
  ranks.low = first_rank(n, size * q - spread,
                         [&](std::uint64_t i) { return below_rank(i) > alpha / 2; }) - 1;
  const std::uint64_t high = first_rank(n, size * q + spread, [&](std::uint64_t i) {
    return below_rank(i) >= 1 - alpha / 2;
  });
  if (high <= n) ranks.high = high;
  return ranks;
}

Bounds percentile_bounds(const Histogram& histogram, std::uint64_t ppm) {
  const Ranks ranks = quantile_ranks(histogram.count(), static_cast<double>(ppm) / 1e6);
  Bounds bounds;
  if (ranks.low >= 1) bounds.low = histogram.lowest_at_rank(ranks.low);
  if (ranks.high) bounds.high = histogram.at_rank(*ranks.high);
  return bounds;
}

}  // namespace reports
