// The anytime-valid rule for a share: PASS or FAIL as soon as the evidence is there, looked at as
// often as one likes, and still wrong at most alpha of the time at the boundary (Ville 1939; test
// martingales: Shafer et al. 2011, Howard et al. 2021). Decisions compare integers with boundaries,
// so they are the same on every machine. A rule belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/verdict/statistics.hpp"
#include "reports/verdict.hpp"

namespace harness {

// ln of the e-value after k exceedances of n, 0 < budget < 1. Its expectation is 1 at p = budget
// and at most 1 under its hypothesis, whatever n; a large one is evidence against it. The wealth of
// a bettor who believes in Beta(A, B), A = 1/2, B = A (1 / budget - 1), cut at the budget:
//   E_fail = Be(k+A, n-k+B) Ic(k+A, n-k+B) / (Be(A, B) Ic(A, B) b^k (1-b)^(n-k)),  H0: p <= b
// with Ic the mass above b; E_pass is the same with the mass below it, H0: p >= b.
double log_e_fail(std::uint64_t k, std::uint64_t n, double budget);
double log_e_pass(std::uint64_t k, std::uint64_t n, double budget);

class SequentialRule {
 public:
  // Beyond so many requests nothing is decided any more: the share is on the budget.
  static constexpr std::uint64_t kSamplesMax = 1'000'000;

  // 0 < budget < 1; confidence.pass and .fail are the alphas of this one objective.
  SequentialRule(double budget, const Confidence& confidence);

  // The integers that decide after n <= kSamplesMax requests: PASS with at most `pass` exceedances
  // (nothing: no number can), FAIL with at least `fail` (which may be more than n).
  struct Boundary {
    std::optional<std::uint64_t> pass;
    std::uint64_t fail = 0;
  };
  // Grows the table up to n: about two e-values for each new request.
  Boundary boundary(std::uint64_t n);

  // PASS, FAIL or INCONCLUSIVE (go on) after k of n, when u more of the n are not known yet: it
  // must hold whatever they turn out to be. n = 0 is INCONCLUSIVE. k + u <= n.
  reports::Verdict decide(std::uint64_t k, std::uint64_t undetermined, std::uint64_t n);

 private:
  void extend_to(std::uint64_t n);

  double budget_;
  double log_pass_;  // ln(1 / alpha)
  double log_fail_;
  std::vector<std::uint32_t> passes_;  // by n: one more than the boundary, 0: none
  std::vector<std::uint32_t> fails_;
};

}  // namespace harness
