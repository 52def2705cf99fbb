#include "harness/verdict/sequential.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "world/ensure.hpp"

namespace harness {

using reports::Verdict;

namespace {

// As in statistics.cpp. Boost's lgamma, because that of libm writes to a global (signgam).
using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>>;

double log_beta(double a, double b) {
  return boost::math::lgamma(a, Policy()) + boost::math::lgamma(b, Policy()) -
         boost::math::lgamma(a + b, Policy());
}

struct Prior {
  double a;
  double b;
};
Prior prior_of(double budget) { return {0.5, 0.5 * (1 / budget - 1)}; }

// The likelihood ratio of the whole mixture, before it is cut at the budget.
double log_mixture(const Prior& prior, double k, double good, double budget) {
  return log_beta(k + prior.a, good + prior.b) - log_beta(prior.a, prior.b) -
         k * std::log(budget) - good * std::log1p(-budget);
}

}  // namespace

double log_e_fail(std::uint64_t k, std::uint64_t n, double budget) {
  ENSURE(k <= n && budget > 0 && budget < 1, "a share is k of n, its budget between 0 and 1");
  const Prior prior = prior_of(budget);
  const auto bad = static_cast<double>(k), good = static_cast<double>(n - k);
  const double above =
      boost::math::ibetac(bad + prior.a, good + prior.b, budget, Policy()) /
      boost::math::ibetac(prior.a, prior.b, budget, Policy());
  return log_mixture(prior, bad, good, budget) + std::log(above);
}

double log_e_pass(std::uint64_t k, std::uint64_t n, double budget) {
  ENSURE(k <= n && budget > 0 && budget < 1, "a share is k of n, its budget between 0 and 1");
  const Prior prior = prior_of(budget);
  const auto bad = static_cast<double>(k), good = static_cast<double>(n - k);
  const double below =
      boost::math::ibeta(bad + prior.a, good + prior.b, budget, Policy()) /
      boost::math::ibeta(prior.a, prior.b, budget, Policy());
  return log_mixture(prior, bad, good, budget) + std::log(below);
}

SequentialRule::SequentialRule(double budget, const Confidence& confidence)
    : budget_(budget),
      log_pass_(-std::log(confidence.pass)),
      log_fail_(-std::log(confidence.fail)),
      passes_{0},
      fails_{1} {
  ENSURE(budget > 0 && budget < 1, "a budget is between 0 and 1");
}

// With one more request each boundary stays or moves by one: a good one multiplies E_pass by more
// than 1 and E_fail by less, a bad one the other way round.
void SequentialRule::extend_to(std::uint64_t n) {
  for (std::uint64_t m = passes_.size(); m <= n; ++m) {
    std::uint32_t pass = passes_.back();
    if (pass <= m && log_e_pass(pass, m, budget_) >= log_pass_) ++pass;
    passes_.push_back(pass);
    std::uint32_t fail = fails_.back();
    if (fail <= m && log_e_fail(fail, m, budget_) < log_fail_) ++fail;
    fails_.push_back(fail);
  }
}

SequentialRule::Boundary SequentialRule::boundary(std::uint64_t n) {
  ENSURE(n <= kSamplesMax, "a boundary is asked for within the cap");
  extend_to(n);
  Boundary at{std::nullopt, fails_[n]};
  if (passes_[n] > 0) at.pass = passes_[n] - 1;
  return at;
}

Verdict SequentialRule::decide(std::uint64_t k, std::uint64_t undetermined, std::uint64_t n) {
  ENSURE(k + undetermined <= n, "exceedances and undetermined requests are among the n");
  if (n == 0 || n > kSamplesMax) return Verdict::inconclusive;
  const Boundary at = boundary(n);
  if (k >= at.fail) return Verdict::fail;
  if (at.pass && k + undetermined <= *at.pass) return Verdict::pass;
  return Verdict::inconclusive;
}

}  // namespace harness
