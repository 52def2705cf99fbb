// The statistics behind verdicts: exact binomial bounds (Clopper-Pearson), the three-valued rule
// for a fixed number of requests, how much requests that depend on one another are worth (design
// effect, batch means). Doubles are computed without promotion to long double and printed rounded,
// so compilers agree. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "reports/order_statistics.hpp"
#include "reports/verdict.hpp"

namespace harness {

using reports::quantile_ranks;
using reports::Ranks;

// One-sided bounds of a proportion after k of n: the true one is above `upper` (below `lower`) with
// probability at most alpha. 0 <= k <= n, n > 0. With a design effect D, k of n are as much
// evidence as k / D of n / D that are independent.
double upper_bound(std::uint64_t k, std::uint64_t n, double alpha, double design_effect = 1);
double lower_bound(std::uint64_t k, std::uint64_t n, double alpha, double design_effect = 1);

struct Confidence {
  double pass = 0.05;  // how often a target exactly at its budget may pass
  double fail = 0.01;  // how often it may fail, over all objectives together

  // Overall PASS needs all objectives, so no correction; overall FAIL needs one, so Bonferroni.
  Confidence shared_by(std::size_t objectives) const;
};

// PASS when the share of exceedances is below the budget with confidence, FAIL when it is above,
// else INCONCLUSIVE. With u undetermined requests, k and k + u must agree. n = 0 is INVALID. The
// budget is in (0, 1), the design effect at least 1.
reports::Verdict judge_share(std::uint64_t k, std::uint64_t undetermined, std::uint64_t n,
                             double budget, const Confidence& confidence = {},
                             double design_effect = 1);

// The smallest n at which k exceedances still pass; 0 when no n up to kSamplesMax does.
inline constexpr std::uint64_t kSamplesMax = 1'000'000'000;
std::uint64_t samples_to_pass(std::uint64_t k, double budget, double alpha = 0.05);

// About how many requests in all, if the observed share k / n goes on, until the rule decides. 0:
// more than kSamplesMax (the share is on the budget).
std::uint64_t samples_to_decide(std::uint64_t k, std::uint64_t n, double budget,
                                const Confidence& confidence = {}, double design_effect = 1);

// The smallest n at which a target whose true share of exceedances is `headroom` (below 1) times
// the budget passes with a chance of 90 % at least. Exact: k exceedances are allowed from
// samples_to_pass(k) on, where their chance is best, so the first such n that reaches it is the
// answer; beyond kExactExceedances the normal approximation ((z_pass sqrt(b (1-b)) + z_chance
// sqrt(r (1-r))) / (b - r))^2. 0: more than kSamplesMax.
inline constexpr std::uint64_t kExactExceedances = 500;
std::uint64_t samples_for_chance(double budget, double headroom, double alpha = 0.05,
                                 double chance = 0.9);

// The smallest n of which `wanted` good ones are a share low enough for n good ones of n to show
// more: (wanted / n)^n <= alpha. What a rate needs planned. 0: more than kSamplesMax.
std::uint64_t samples_to_exceed(double wanted, double alpha = 0.05);

// Wilson's interval of a proportion, for display.
struct Interval {
  double low = 0;
  double high = 1;
};
Interval wilson(std::uint64_t k, std::uint64_t n, double design_effect = 1);

// What one stretch of time saw: k exceedances of n requests.
struct Tally {
  std::uint64_t n = 0;
  std::uint64_t k = 0;
};

// Requests near one another share queues, bursts and faults: D = sum of (k_w - p n_w)^2 over sum of
// p (1 - p) n_w, with p of the window's stratum (its phase), so that what a phase does to all its
// windows alike is no dependence. At least 1; 1 with fewer than kDesignWindowsMin windows that saw
// requests, or without exceedances.
inline constexpr std::size_t kDesignWindowsMin = 10;
double design_effect(std::span<const std::vector<Tally>> strata);

// The mean of values that depend on one another, from the sums of batches (windows) in strata: the
// error is that of the ratio sum / weight, from the residuals of the batches within each stratum.
// Nothing with fewer than kDesignWindowsMin batches of a weight above 0.
struct Batch {
  double weight = 0;  // how many values, or how many seconds for a rate
  double sum = 0;
};
struct BatchMean {
  double mean = 0;
  double error = 0;      // standard error
  double freedom = 0;    // degrees of Student's t
  double below(double alpha) const;  // the true mean is above this with probability 1 - alpha
  double above(double alpha) const;
};
std::optional<BatchMean> batch_mean(std::span<const std::vector<Batch>> strata);

}  // namespace harness
