// The statistics behind verdicts: exact binomial bounds (Clopper-Pearson), the three-valued rule
// for a fixed number of requests, and distribution-free intervals of percentiles. Doubles are
// computed without promotion to long double and printed rounded, so compilers agree. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <optional>

#include "reports/verdict.hpp"

namespace harness {

// One-sided bounds of a proportion after k of n: the true one is above `upper` (below `lower`) with
// probability at most alpha. 0 <= k <= n, n > 0.
double upper_bound(std::uint64_t k, std::uint64_t n, double alpha);
double lower_bound(std::uint64_t k, std::uint64_t n, double alpha);

struct Confidence {
  double pass = 0.05;  // how often a target exactly at its budget may pass
  double fail = 0.01;  // how often it may fail, over all objectives together

  // Overall PASS needs all objectives, so no correction; overall FAIL needs one, so Bonferroni.
  Confidence shared_by(std::size_t objectives) const;
};

// PASS when the share of exceedances is below the budget with confidence, FAIL when it is above,
// else INCONCLUSIVE. With u undetermined requests, k and k + u must agree. n = 0 is INVALID.
reports::Verdict judge_share(std::uint64_t k, std::uint64_t undetermined, std::uint64_t n,
                             double budget, const Confidence& confidence = {});

// The smallest n at which k exceedances still pass; 0 when no n up to kSamplesMax does.
inline constexpr std::uint64_t kSamplesMax = 1'000'000'000;
std::uint64_t samples_to_pass(std::uint64_t k, double budget, double alpha = 0.05);

// About how many requests in all, if the observed share k / n goes on, until the rule decides. 0:
// more than kSamplesMax (the share is on the budget).
std::uint64_t samples_to_decide(std::uint64_t k, std::uint64_t n, double budget,
                                const Confidence& confidence = {});

// Ranks (1-based) between whose values the quantile lies with probability 1 - alpha at least: P(B
// <= low - 1) <= alpha / 2 and P(B <= high - 1) >= 1 - alpha / 2, B ~ Bin(n, q). `low` is 0 when
// there is no lower bound; `high` is nothing when there is no upper one.
struct Ranks {
  std::uint64_t low = 0;
  std::optional<std::uint64_t> high;
};
Ranks quantile_ranks(std::uint64_t n, double q, double alpha = 0.05);

// Wilson's interval of a proportion, for display.
struct Interval {
  double low = 0;
  double high = 1;
};
Interval wilson(std::uint64_t k, std::uint64_t n, double z = 1.959963984540054);

}  // namespace harness
