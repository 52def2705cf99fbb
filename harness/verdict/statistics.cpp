#include "harness/verdict/statistics.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "world/ensure.hpp"

namespace harness {

namespace {

using reports::Verdict;

// No promotion to long double, whose width differs between platforms; never throws on overflow.
using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>>;

// P(B <= k), B ~ Bin(n, p): the incomplete beta function I_{1-p}(n - k, k + 1).
double binomial_at_most(std::uint64_t k, std::uint64_t n, double p) {
  if (k >= n) return 1;
  return boost::math::ibetac(static_cast<double>(k) + 1, static_cast<double>(n - k), p, Policy());
}

double binomial_at_least(std::uint64_t k, std::uint64_t n, double p) {
  if (k == 0) return 1;
  if (k > n) return 0;
  return boost::math::ibeta(static_cast<double>(k), static_cast<double>(n - k) + 1, p, Policy());
}

// U <= b is P(B <= k | b) <= alpha, and L > b is P(B >= k | b) < alpha: no inverse is needed.
Verdict judge_exactly(std::uint64_t k, std::uint64_t n, double budget,
                      const Confidence& confidence) {
  if (binomial_at_most(k, n, budget) <= confidence.pass) return Verdict::pass;
  if (binomial_at_least(k, n, budget) < confidence.fail) return Verdict::fail;
  return Verdict::inconclusive;
}

// The smallest n in (from, kSamplesMax] with holds(n), when holds stays true once true; else 0.
template <class Holds>
std::uint64_t first_that(std::uint64_t from, Holds&& holds) {
  std::uint64_t high = std::max<std::uint64_t>(from, 1);
  while (!holds(high)) {
    if (high >= kSamplesMax) return 0;
    high = std::min(high * 2, kSamplesMax);
  }
  std::uint64_t low = from;  // does not hold, or is outside
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

double upper_bound(std::uint64_t k, std::uint64_t n, double alpha) {
  ENSURE(n > 0 && k <= n, "a proportion is k of n");
  if (k == n) return 1;
  return boost::math::ibeta_inv(static_cast<double>(k) + 1, static_cast<double>(n - k), 1 - alpha,
                                Policy());
}

double lower_bound(std::uint64_t k, std::uint64_t n, double alpha) {
  ENSURE(n > 0 && k <= n, "a proportion is k of n");
  if (k == 0) return 0;
  return boost::math::ibeta_inv(static_cast<double>(k), static_cast<double>(n - k) + 1, alpha,
                                Policy());
}

Confidence Confidence::shared_by(std::size_t objectives) const {
  return {pass, fail / static_cast<double>(std::max<std::size_t>(1, objectives))};
}

Verdict judge_share(std::uint64_t k, std::uint64_t undetermined, std::uint64_t n, double budget,
                    const Confidence& confidence) {
  ENSURE(k + undetermined <= n, "exceedances and undetermined requests are among the n");
  if (n == 0) return Verdict::invalid;
  const Verdict at_best = judge_exactly(k, n, budget, confidence);
  const Verdict at_worst = judge_exactly(k + undetermined, n, budget, confidence);
  return at_best == at_worst ? at_best : Verdict::inconclusive;
}

std::uint64_t samples_to_pass(std::uint64_t k, double budget, double alpha) {
  return first_that(k, [&](std::uint64_t n) { return binomial_at_most(k, n, budget) <= alpha; });
}

std::uint64_t samples_to_decide(std::uint64_t k, std::uint64_t n, double budget,
                                const Confidence& confidence) {
  ENSURE(n > 0 && k <= n, "a proportion is k of n");
  const double share = static_cast<double>(k) / static_cast<double>(n);
  return first_that(n, [&](std::uint64_t samples) {
    const auto exceedances =
        std::min(samples, static_cast<std::uint64_t>(share * static_cast<double>(samples) + 0.5));
    return judge_exactly(exceedances, samples, budget, confidence) != Verdict::inconclusive;
  });
}

Ranks quantile_ranks(std::uint64_t n, double q, double alpha) {
  // The largest low with P(B <= low - 1) <= alpha / 2; P grows with low, so bisect.
  std::uint64_t below = 0, above = n + 1;
  while (above - below > 1) {
    const std::uint64_t middle = below + (above - below) / 2;
    (binomial_at_most(middle - 1, n, q) <= alpha / 2 ? below : above) = middle;
  }
  Ranks ranks{below, std::nullopt};
  // The smallest high in [1, n] with P(B <= high - 1) >= 1 - alpha / 2.
  below = 0, above = n + 1;
  while (above - below > 1) {
    const std::uint64_t middle = below + (above - below) / 2;
    (binomial_at_most(middle - 1, n, q) >= 1 - alpha / 2 ? above : below) = middle;
  }
  if (above <= n) ranks.high = above;
  return ranks;
}

Interval wilson(std::uint64_t k, std::uint64_t n, double z) {
  if (n == 0) return {};
  const double size = static_cast<double>(n);
  const double p = static_cast<double>(k) / size;
  const double scale = 1 + z * z / size;
  const double centre = (p + z * z / (2 * size)) / scale;
  const double half = z / scale * std::sqrt(p * (1 - p) / size + z * z / (4 * size * size));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace harness
