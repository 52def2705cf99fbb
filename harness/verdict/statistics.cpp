#include "harness/verdict/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "world/ensure.hpp"

namespace harness {

namespace {

using reports::binomial_at_least;
using reports::binomial_at_most;
using reports::Verdict;

// No promotion to long double, whose width differs between platforms; never throws on overflow.
using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>>;

double as_double(std::uint64_t count) { return static_cast<double>(count); }

// U <= b is P(B <= k | b) <= alpha, and L > b is P(B >= k | b) < alpha: no inverse is needed.
Verdict judge_exactly(double k, double n, double budget, const Confidence& confidence) {
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

double upper_bound(std::uint64_t k, std::uint64_t n, double alpha, double design_effect) {
  ENSURE(n > 0 && k <= n, "a proportion is k of n");
  if (k == n) return 1;
  return boost::math::ibeta_inv(as_double(k) / design_effect + 1, as_double(n - k) / design_effect,
                                1 - alpha, Policy());
}

double lower_bound(std::uint64_t k, std::uint64_t n, double alpha, double design_effect) {
  ENSURE(n > 0 && k <= n, "a proportion is k of n");
  if (k == 0) return 0;
  return boost::math::ibeta_inv(as_double(k) / design_effect,
                                as_double(n - k) / design_effect + 1, alpha, Policy());
}

Confidence Confidence::shared_by(std::size_t objectives) const {
  return {pass, fail / static_cast<double>(std::max<std::size_t>(1, objectives))};
}

Verdict judge_share(std::uint64_t k, std::uint64_t undetermined, std::uint64_t n, double budget,
                    const Confidence& confidence, double design_effect) {
  ENSURE(k + undetermined <= n, "exceedances and undetermined requests are among the n");
  ENSURE(design_effect >= 1, "requests are never worth more than independent ones");
  if (n == 0) return Verdict::invalid;
  const double size = as_double(n) / design_effect;
  const Verdict at_best = judge_exactly(as_double(k) / design_effect, size, budget, confidence);
  const Verdict at_worst =
      judge_exactly(as_double(k + undetermined) / design_effect, size, budget, confidence);
  return at_best == at_worst ? at_best : Verdict::inconclusive;
}

std::uint64_t samples_to_pass(std::uint64_t k, double budget, double alpha) {
  return first_that(k, [&](std::uint64_t n) {
    return binomial_at_most(as_double(k), as_double(n), budget) <= alpha;
  });
}

std::uint64_t samples_to_decide(std::uint64_t k, std::uint64_t n, double budget,
                                const Confidence& confidence, double design_effect) {
  ENSURE(n > 0 && k <= n, "a proportion is k of n");
  const double share = as_double(k) / as_double(n);
  return first_that(n, [&](std::uint64_t samples) {
    const auto exceedances =
        std::min(samples, static_cast<std::uint64_t>(share * as_double(samples) + 0.5));
    return judge_share(exceedances, 0, samples, budget, confidence, design_effect) !=
           Verdict::inconclusive;
  });
}

std::uint64_t samples_for_chance(double budget, double headroom, double alpha, double chance) {
  const double share = budget * headroom;
  if (share <= 0) return samples_to_pass(0, budget, alpha);
  for (std::uint64_t k = 0; k <= kExactExceedances; ++k) {
    const std::uint64_t n = samples_to_pass(k, budget, alpha);
    if (n == 0) return 0;
    if (binomial_at_most(as_double(k), as_double(n), share) >= chance) return n;
  }
  const boost::math::normal_distribution<double, Policy> normal;
  const double root = (boost::math::quantile(normal, 1 - alpha) * std::sqrt(budget * (1 - budget)) +
                       boost::math::quantile(normal, chance) * std::sqrt(share * (1 - share))) /
                      (budget - share);
  const double n = std::ceil(root * root);
  return n <= as_double(kSamplesMax) ? static_cast<std::uint64_t>(n) : 0;
}

std::uint64_t samples_to_exceed(double wanted, double alpha) {
  return first_that(0, [&](std::uint64_t n) {
    const double size = as_double(n);
    return size > wanted && size * std::log(wanted / size) <= std::log(alpha);
  });
}

Interval wilson(std::uint64_t k, std::uint64_t n, double design_effect) {
  constexpr double z = 1.959963984540054;  // 95 %, two-sided
  if (n == 0) return {};
  const double size = as_double(n) / design_effect;
  const double p = as_double(k) / as_double(n);
  const double scale = 1 + z * z / size;
  const double centre = (p + z * z / (2 * size)) / scale;
  const double half = z / scale * std::sqrt(p * (1 - p) / size + z * z / (4 * size * size));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

double design_effect(std::span<const std::vector<Tally>> strata) {
  double residuals = 0, expected = 0;
  std::size_t windows = 0;
  for (const std::vector<Tally>& stratum : strata) {
    Tally all;
    for (const Tally& window : stratum) {
      all.n += window.n;
      all.k += window.k;
    }
    if (all.n == 0) continue;
    const double p = as_double(all.k) / as_double(all.n);
    for (const Tally& window : stratum) {
      if (window.n == 0) continue;
      ++windows;
      const double residual = as_double(window.k) - p * as_double(window.n);
      residuals += residual * residual;
      expected += p * (1 - p) * as_double(window.n);
    }
  }
  if (windows < kDesignWindowsMin || !(expected > 0)) return 1;
  return std::max(1.0, residuals / expected);
}

std::optional<BatchMean> batch_mean(std::span<const std::vector<Batch>> strata) {
  Batch all;
  double variance = 0;  // of the sum's residual
  BatchMean result;
  std::size_t batches = 0;
  for (const std::vector<Batch>& stratum : strata) {
    Batch own;
    std::size_t count = 0;
    for (const Batch& batch : stratum) {
      own.weight += batch.weight;
      own.sum += batch.sum;
      count += batch.weight > 0 ? 1 : 0;
    }
    all.weight += own.weight;
    all.sum += own.sum;
    batches += count;
    if (count < 2) continue;
    double squares = 0;
    for (const Batch& batch : stratum) {
      const double residual = batch.sum - own.sum / own.weight * batch.weight;
      squares += residual * residual;
    }
    variance += squares * as_double(count) / as_double(count - 1);
    result.freedom += as_double(count - 1);
  }
  if (batches < kDesignWindowsMin || result.freedom < 1) return std::nullopt;
  result.mean = all.sum / all.weight;
  result.error = std::sqrt(variance) / all.weight;
  return result;
}

double BatchMean::above(double alpha) const {
  const boost::math::students_t_distribution<double, Policy> t(freedom);
  return mean + error * boost::math::quantile(boost::math::complement(t, alpha));
}

double BatchMean::below(double alpha) const { return mean - (above(alpha) - mean); }

}  // namespace harness
