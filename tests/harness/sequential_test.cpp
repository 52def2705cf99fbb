// The rules at their boundary: tables of the specification, and ten thousand simulated runs of a
// target that is exactly at its budget.
#include "harness/verdict/sequential.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "world/random.hpp"

using namespace harness;
using reports::Verdict;

namespace {

constexpr int kRuns = 10'000;
constexpr world::Purpose kExceeds{"test.exceeds"};

double binomial(std::uint64_t k, std::uint64_t n, double p) {
  const auto bad = static_cast<double>(k), all = static_cast<double>(n);
  return std::exp(std::lgamma(all + 1) - std::lgamma(bad + 1) - std::lgamma(all - bad + 1) +
                  bad * std::log(p) + (all - bad) * std::log1p(-p));
}

struct Errors {
  int pass = 0;
  int fail = 0;
};

}  // namespace

TEST_CASE("the boundaries of a budget of 5 %") {
  struct Row {
    std::uint64_t n;
    int pass;  // -1: never
    std::uint64_t fail;
  };
  const std::vector<Row> rows{{30, -1, 6},    {73, 0, 10},    {100, 0, 13},
                              {200, 2, 20},   {500, 11, 41},  {1'000, 30, 73},
                              {2'000, 70, 132}, {5'000, 199, 302}, {10'000, 425, 575}};
  SequentialRule rule(0.05, {0.05, 0.05});
  for (const Row& row : rows) {
    CAPTURE(row.n);
    const SequentialRule::Boundary at = rule.boundary(row.n);
    CHECK((at.pass ? static_cast<int>(*at.pass) : -1) == row.pass);
    CHECK(at.fail == row.fail);
    CHECK(rule.decide(row.fail, 0, row.n) == Verdict::fail);
    CHECK(rule.decide(row.fail - 1, 0, row.n) == Verdict::inconclusive);
  }
  CHECK(rule.decide(0, 0, 73) == Verdict::pass);
  CHECK(rule.decide(0, 0, 0) == Verdict::inconclusive);
}

TEST_CASE("what is undetermined can neither pass nor fail") {
  SequentialRule rule(0.05, {0.05, 0.05});
  CHECK(rule.decide(0, 2, 200) == Verdict::pass);
  CHECK(rule.decide(1, 2, 200) == Verdict::inconclusive);
  CHECK(rule.decide(19, 100, 200) == Verdict::inconclusive);
  CHECK(rule.decide(20, 100, 200) == Verdict::fail);
}

TEST_CASE("the boundaries are where the e-values cross") {
  const double limit = std::log(20.0);
  for (const double budget : {0.001, 0.01, 0.05, 0.1, 0.5}) {
    SequentialRule rule(budget, {0.05, 0.05});
    for (std::uint64_t n = 1; n <= 3'000; n += 97) {
      CAPTURE(budget, n);
      const SequentialRule::Boundary at = rule.boundary(n);
      if (at.pass) CHECK(log_e_pass(*at.pass, n, budget) >= limit);
      const std::uint64_t next = at.pass ? *at.pass + 1 : 0;
      if (next <= n) CHECK(log_e_pass(next, n, budget) < limit);
      if (at.fail <= n) CHECK(log_e_fail(at.fail, n, budget) >= limit);
      if (at.fail > 0) CHECK(log_e_fail(at.fail - 1, n, budget) < limit);
    }
  }
}

TEST_CASE("an e-value has expectation 1 at the budget") {
  for (const double budget : {0.05, 0.01}) {
    for (const std::uint64_t n : {1u, 5u, 50u}) {
      CAPTURE(budget, n);
      double fail = 0, pass = 0;
      for (std::uint64_t k = 0; k <= n; ++k) {
        fail += binomial(k, n, budget) * std::exp(log_e_fail(k, n, budget));
        pass += binomial(k, n, budget) * std::exp(log_e_pass(k, n, budget));
      }
      CHECK(fail == Approx(1).epsilon(1e-9));
      CHECK(pass == Approx(1).epsilon(1e-9));
    }
  }
}

TEST_CASE("10,000 runs at the budget, looked at after every request: at most 5 % are wrong") {
  constexpr double kBudget = 0.05;
  constexpr std::uint64_t kCap = 20'000;
  const world::Random random(20'261'121);
  SequentialRule rule(kBudget, {0.05, 0.05});
  std::vector<SequentialRule::Boundary> at;
  for (std::uint64_t n = 0; n <= kCap; ++n) at.push_back(rule.boundary(n));
  Errors wrong;
  for (int run = 0; run < kRuns; ++run) {
    // The gaps between exceedances are drawn, rather than each request: a geometric law.
    std::uint64_t k = 0, n = 0, draw = 0;
    bool is_decided = false;
    while (!is_decided && n < kCap) {
      const double u = static_cast<double>(random.bits(kExceeds, static_cast<std::uint64_t>(run),
                                                       draw++) >> 11) * 0x1p-53;
      const auto good = static_cast<std::uint64_t>(std::log1p(-u) / std::log1p(-kBudget));
      // With k exceedances a PASS comes while good requests do, a FAIL with the next bad one.
      for (std::uint64_t i = 0; i < good && !is_decided && n < kCap; ++i) {
        ++n;
        if (at[n].pass && k <= *at[n].pass) {
          ++wrong.pass;
          is_decided = true;
        }
      }
      if (is_decided || n == kCap) break;
      ++n;
      if (++k >= at[n].fail) {
        ++wrong.fail;
        is_decided = true;
      }
    }
  }
  INFO("false PASS " << wrong.pass << ", false FAIL " << wrong.fail << " of " << kRuns);
  CHECK(wrong.pass <= kRuns / 20);
  CHECK(wrong.fail <= kRuns / 20);
  CHECK(wrong.pass > kRuns / 100);  // a rule that never decides would be wrong never, too
  CHECK(wrong.fail > kRuns / 100);
}

TEST_CASE("10,000 runs at the budget, judged at a fixed n: at most 5 % and 1 % are wrong") {
  for (const std::uint32_t budget_ppm : {50'000u, 10'000u}) {
    for (const std::uint64_t n : {300u, 1'000u, 3'000u}) {
      CAPTURE(budget_ppm, n);
      const double budget = budget_ppm / 1e6;
      const world::Random random(budget_ppm * 10'000 + n);
      // The verdict of each k once, since ten thousand runs share few of them.
      std::vector<Verdict> verdicts;
      double exact_pass = 0, exact_fail = 0;
      for (std::uint64_t k = 0; k <= n; ++k) {
        verdicts.push_back(judge_share(k, 0, n, budget));
        const double p = binomial(k, n, budget);
        if (verdicts[k] == Verdict::pass) exact_pass += p;
        if (verdicts[k] == Verdict::fail) exact_fail += p;
      }
      CHECK(exact_pass <= 0.05);
      CHECK(exact_fail <= 0.01);
      Errors wrong;
      for (int run = 0; run < kRuns; ++run) {
        const auto entity = static_cast<std::uint64_t>(run);
        std::uint64_t k = 0, at = 0;
        for (std::uint64_t draw = 0;; ++draw) {
          const double u =
              static_cast<double>(random.bits(kExceeds, entity, draw) >> 11) * 0x1p-53;
          at += 1 + static_cast<std::uint64_t>(std::log1p(-u) / std::log1p(-budget));
          if (at > n) break;
          ++k;
        }
        if (verdicts[k] == Verdict::pass) ++wrong.pass;
        if (verdicts[k] == Verdict::fail) ++wrong.fail;
      }
      INFO("false PASS " << wrong.pass << ", false FAIL " << wrong.fail << " of " << kRuns);
      CHECK(wrong.pass <= kRuns / 20);
      CHECK(wrong.fail <= kRuns / 100 + 30);  // three standard deviations of the simulation
      CHECK(wrong.pass + wrong.fail > 0);
    }
  }
}
