// Tests of paired differences, for two versions that met the same seeds. One-sided: is the
// candidate worse (positive differences)? Without assumptions about how differences are
// distributed. Infinities are allowed (a percentile among failures), NaN is not. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace harness {

// P(X >= worse), X ~ Bin(worse + better, 1/2); 1 when all are equal (Dixon and Mood 1946).
struct SignTest {
  std::uint64_t worse = 0;
  std::uint64_t better = 0;
  std::uint64_t equal = 0;
  double p = 1;
};
SignTest sign_test(std::span<const double> differences);

// Wilcoxon's signed ranks (1945): zeros left out, ties get the mean of their ranks. Exact over all
// sign patterns for n <= kExactMax, else by the normal distribution with continuity correction.
struct SignedRank {
  static constexpr std::uint64_t kExactMax = 25;

  std::uint64_t n = 0;         // differences that are not zero
  double worse_rank_sum = 0;   // W+
  double p = 1;                // P(W >= W+) when no version is worse
  bool exact = true;
};
SignedRank signed_rank(std::span<const double> differences);

// The lower one of the two in the middle; of nothing: 0.
double median(std::vector<double> values);

}  // namespace harness
