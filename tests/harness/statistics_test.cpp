#include "harness/verdict/statistics.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

using namespace harness;
using reports::Verdict;

namespace {

// Keyed uniform bits (splitmix64 of the key).
std::uint64_t bits(std::uint64_t run, std::uint64_t ordinal) {
  std::uint64_t z = run * 0xd1342543de82ef95ULL + ordinal * 0x9e3779b97f4a7c15ULL + 1;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t exceedances_of_run(std::uint64_t run, std::uint64_t n, double share) {
  const auto below = static_cast<std::uint64_t>(share * 18446744073709551616.0);
  std::uint64_t k = 0;
  for (std::uint64_t i = 0; i < n; ++i) k += bits(run, i) < below ? 1 : 0;
  return k;
}

// The largest k that passes (-1: none) and the smallest that fails.
std::pair<std::int64_t, std::int64_t> boundaries(std::uint64_t n, double budget) {
  std::int64_t pass = -1;
  std::uint64_t k = 0;
  while (judge_share(k, 0, n, budget) == Verdict::pass) pass = static_cast<std::int64_t>(k++);
  while (judge_share(k, 0, n, budget) != Verdict::fail) ++k;
  return {pass, static_cast<std::int64_t>(k)};
}

}  // namespace

TEST_CASE("the three-valued rule has the exact boundaries of its table") {
  struct Row {
    std::uint64_t n;
    std::int64_t p95_pass, p95_fail, p99_pass, p99_fail, p999_pass, p999_fail;
  };
  const Row rows[] = {{100, 1, 12, -1, 5, -1, 2},          {300, 8, 25, 0, 9, -1, 3},
                      {600, 20, 44, 1, 13, -1, 4},         {1'000, 38, 68, 4, 19, -1, 5},
                      {3'000, 130, 179, 20, 44, 0, 9},     {10'000, 463, 552, 83, 125, 4, 19},
                      {30'000, 1437, 1589, 271, 342, 20, 44}};
  for (const Row& row : rows) {
    INFO("n " << row.n);
    CHECK(boundaries(row.n, 0.05) == std::pair(row.p95_pass, row.p95_fail));
    CHECK(boundaries(row.n, 0.01) == std::pair(row.p99_pass, row.p99_fail));
    CHECK(boundaries(row.n, 0.001) == std::pair(row.p999_pass, row.p999_fail));
  }
}

TEST_CASE("the rule is what its bounds say") {
  for (std::uint64_t n : {1u, 59u, 100u, 500u})
    for (std::uint64_t k = 0; k <= std::min<std::uint64_t>(n, 60); ++k) {
      const double upper = upper_bound(k, n, 0.05), lower = lower_bound(k, n, 0.01);
      CHECK(lower <= static_cast<double>(k) / static_cast<double>(n));
      CHECK(upper >= static_cast<double>(k) / static_cast<double>(n));
      const Verdict expected = upper <= 0.05 ? Verdict::pass
                               : lower > 0.05 ? Verdict::fail
                                              : Verdict::inconclusive;
      CHECK(judge_share(k, 0, n, 0.05) == expected);
    }
}

// Checked against sums of exact binomial terms in 50 digits.
TEST_CASE("the smallest n that can pass") {
  struct Row {
    double budget;
    std::vector<std::uint64_t> at_05, at_01;  // for k = 0, 1, 2, 3, 5, 10
  };
  const Row rows[] = {
      {0.1, {29, 46, 61, 76, 103, 167}, {44, 64, 81, 97, 127, 197}},
      {0.05, {59, 93, 124, 153, 208, 336}, {90, 130, 165, 198, 259, 398}},
      {0.01, {299, 473, 628, 773, 1049, 1693}, {459, 662, 838, 1001, 1307, 2010}},
      {0.001, {2995, 4742, 6294, 7752, 10511, 16959}, {4603, 6636, 8403, 10042, 13105, 20140}}};
  const std::uint64_t ks[] = {0, 1, 2, 3, 5, 10};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < 6; ++i) {
      INFO("budget " << row.budget << " k " << ks[i]);
      CHECK(samples_to_pass(ks[i], row.budget, 0.05) == row.at_05[i]);
      CHECK(samples_to_pass(ks[i], row.budget, 0.01) == row.at_01[i]);
    }
}

TEST_CASE("no data is never a pass") {
  CHECK(judge_share(0, 0, 0, 0.05) == Verdict::invalid);
  CHECK(judge_share(0, 0, 1, 0.05) == Verdict::inconclusive);
  CHECK(judge_share(0, 0, 58, 0.05) == Verdict::inconclusive);
  CHECK(judge_share(0, 0, 59, 0.05) == Verdict::pass);
  CHECK(judge_share(1, 0, 1, 0.01) != Verdict::pass);
}

TEST_CASE("undetermined requests decide nothing by themselves") {
  CHECK(judge_share(38, 0, 1'000, 0.05) == Verdict::pass);
  CHECK(judge_share(30, 8, 1'000, 0.05) == Verdict::pass);
  CHECK(judge_share(30, 9, 1'000, 0.05) == Verdict::inconclusive);
  CHECK(judge_share(68, 100, 1'000, 0.05) == Verdict::fail);
  CHECK(judge_share(67, 100, 1'000, 0.05) == Verdict::inconclusive);
  CHECK(judge_share(0, 1'000, 1'000, 0.05) == Verdict::inconclusive);
}

TEST_CASE("several objectives share the chance of a false FAIL, not that of a false PASS") {
  const Confidence one, five = one.shared_by(5);
  CHECK(five.pass == one.pass);
  CHECK(five.fail == Approx(one.fail / 5));
  CHECK(judge_share(68, 0, 1'000, 0.05, one) == Verdict::fail);
  CHECK(judge_share(68, 0, 1'000, 0.05, five) == Verdict::inconclusive);
  CHECK(one.shared_by(0).fail == one.fail);
}

TEST_CASE("order statistics around a percentile") {
  struct Row {
    std::uint64_t n;
    double q;
    std::uint64_t low;
    std::optional<std::uint64_t> high;
  };
  const Row rows[] = {{73, 0.95, 65, 73},       {100, 0.95, 90, 100},  {1'000, 0.95, 936, 964},
                      {10'000, 0.95, 9457, 9543}, {368, 0.99, 360, 368}, {1'000, 0.99, 983, 997},
                      {71, 0.95, 63, std::nullopt}, {367, 0.99, 359, std::nullopt}};
  for (const Row& row : rows) {
    INFO("n " << row.n << " q " << row.q);
    const Ranks ranks = quantile_ranks(row.n, row.q);
    CHECK(ranks.low == row.low);
    CHECK(ranks.high == row.high);
  }
  CHECK(quantile_ranks(72, 0.95).high.has_value());
  CHECK(quantile_ranks(1, 0.5).low == 0);
  CHECK_FALSE(quantile_ranks(1, 0.5).high);
}

TEST_CASE("Wilson's interval and Clopper and Pearson's, for five of a hundred") {
  const Interval interval = wilson(5, 100);
  CHECK(interval.low == Approx(0.0215).margin(5e-5));
  CHECK(interval.high == Approx(0.1118).margin(5e-5));
  CHECK(lower_bound(5, 100, 0.025) == Approx(0.0164).margin(5e-5));
  CHECK(upper_bound(5, 100, 0.025) == Approx(0.1128).margin(5e-5));
  CHECK(upper_bound(0, 300, 0.05) == Approx(1 - std::pow(0.05, 1 / 300.0)));
  CHECK(wilson(0, 0).low == 0);
  CHECK(wilson(0, 0).high == 1);
}

TEST_CASE("how many requests would decide") {
  const std::uint64_t needed = samples_to_decide(2, 100, 0.05);
  CHECK(needed > 100);
  CHECK(judge_share((2 * needed + 50) / 100, 0, needed, 0.05) == Verdict::pass);
  CHECK(samples_to_decide(0, 30, 0.05) == 59);
  CHECK(samples_to_decide(5, 100, 0.05) == 0);  // on the budget: never
  CHECK(samples_to_decide(8, 100, 0.05) > 100);
}

// Runs at the boundary pass wrongly in at most 5 %, and fail wrongly in at most 1 %, of runs; three
// standard deviations of 10,000 runs are 0.65 and 0.3 points.
TEST_CASE("a target exactly at its budget passes and fails as rarely as promised") {
  constexpr std::uint64_t kRuns = 10'000;
  for (const auto& [n, budget] :
       {std::pair{300u, 0.05}, std::pair{1000u, 0.05}, std::pair{600u, 0.01}}) {
    std::uint64_t passes = 0, fails = 0;
    std::map<std::uint64_t, Verdict> known;
    for (std::uint64_t run = 0; run < kRuns; ++run) {
      const std::uint64_t k = exceedances_of_run(run, n, budget);
      const auto [row, is_new] = known.emplace(k, Verdict::invalid);
      if (is_new) row->second = judge_share(k, 0, n, budget);
      passes += row->second == Verdict::pass ? 1 : 0;
      fails += row->second == Verdict::fail ? 1 : 0;
    }
    INFO("n " << n << " budget " << budget);
    CHECK(passes <= kRuns * 57 / 1000);
    CHECK(fails <= kRuns * 13 / 1000);
    CHECK(passes + fails > 0);  // the rule is not so shy that it never decides
  }
}

TEST_CASE("a good target passes and a bad one fails") {
  std::uint64_t good = 0, bad = 0;
  for (std::uint64_t run = 0; run < 200; ++run) {
    good +=
        judge_share(exceedances_of_run(run, 1'000, 0.02), 0, 1'000, 0.05) == Verdict::pass ? 1 : 0;
    bad +=
        judge_share(exceedances_of_run(run, 1'000, 0.10), 0, 1'000, 0.05) == Verdict::fail ? 1 : 0;
  }
  CHECK(good >= 198);
  CHECK(bad >= 198);
}

// The table's own search was on a grid, coarse at .8; the exact answer is never above it.
TEST_CASE("how many requests pass with a chance of 90 %") {
  struct Row {
    double budget;
    std::vector<std::uint64_t> needed;  // for a true share of 0, .2, .4, .5, .6, .8 of the budget
  };
  const Row rows[] = {{0.05, {59, 153, 311, 506, 833, 3'769}},
                      {0.01, {299, 774, 1'697, 2'550, 4'298, 19'423}},
                      {0.001, {3'001, 7'778, 16'989, 25'525, 43'019, 196'585}}};
  const double headrooms[] = {0, 0.2, 0.4, 0.5, 0.6, 0.8};
  for (const Row& row : rows)
    for (std::size_t i = 0; i < 6; ++i) {
      INFO("budget " << row.budget << " headroom " << headrooms[i]);
      const std::uint64_t n = samples_for_chance(row.budget, headrooms[i]);
      const auto in_table = static_cast<double>(row.needed[i]);
      CHECK(static_cast<double>(n) <= in_table);
      CHECK(static_cast<double>(n) >= in_table * (headrooms[i] < 0.7 ? 0.995 : 0.98));
    }
  CHECK(samples_for_chance(0.05, 0.2) == 153);
  // Chances summed term by term: 90.1 % at 3,701 with 163 exceedances, which 3,700 do not allow.
  CHECK(samples_for_chance(0.05, 0.8) == 3'701);
  // Near the budget the normal approximation takes over, and is still beyond what is exact below.
  const std::uint64_t close = samples_for_chance(0.05, 0.95);
  CHECK(close > samples_for_chance(0.05, 0.8));
  CHECK(close < 100'000);
}

TEST_CASE("a rate needs as many planned as show that it is exceeded") {
  CHECK(samples_to_exceed(100) == 103);  // (100/103)^103 is 4.8 %, (100/102)^102 is 13 %
  for (double wanted : {0.5, 10.0, 1000.0}) {
    const std::uint64_t n = samples_to_exceed(wanted);
    CHECK(std::pow(wanted / static_cast<double>(n), static_cast<double>(n)) <= 0.05);
    const auto fewer = static_cast<double>(n - 1);
    CHECK((fewer <= wanted || std::pow(wanted / fewer, fewer) > 0.05));
  }
}

TEST_CASE("a design effect is worth what it says") {
  // n and k divided by a whole D judge like the divided counts themselves.
  for (std::uint64_t k : {0u, 1u, 2u, 5u, 12u, 20u})
    CHECK(judge_share(3 * k, 0, 300, 0.05, {}, 3) == judge_share(k, 0, 100, 0.05));
  CHECK(upper_bound(30, 300, 0.05, 3) == Approx(upper_bound(10, 100, 0.05)));
  CHECK(lower_bound(30, 300, 0.05, 3) == Approx(lower_bound(10, 100, 0.05)));
  CHECK(wilson(15, 300, 3).high == Approx(wilson(5, 100).high));
}

TEST_CASE("the design effect of what windows saw") {
  using Strata = std::vector<std::vector<Tally>>;
  // Every window alike: less than binomial scatter, so no effect.
  CHECK(design_effect(Strata{std::vector<Tally>(30, {10, 1})}) == 1);
  // Fewer windows than ten, none with exceedances, no data.
  CHECK(design_effect(Strata{{{10, 10}, {10, 0}}}) == 1);
  CHECK(design_effect(Strata{std::vector<Tally>(30, {10, 0})}) == 1);
  CHECK(design_effect(Strata{}) == 1);
  // One of thirty windows fails wholly: p = 1/30, D = (29/30 * 10)^2 + 29 (10/30)^2 over 30 windows
  // of 10 p (1 - p), which is exactly 10: each failing window is one event.
  std::vector<Tally> burst(30, {10, 0});
  burst[7] = {10, 10};
  CHECK(design_effect(Strata{burst}) == Approx(10));
  // The same in a phase where all of it fails, beside one where nothing does, is no dependence.
  CHECK(design_effect(Strata{std::vector<Tally>(30, {10, 10}), std::vector<Tally>(30, {10, 0})}) ==
        1);
  // Empty windows are no windows.
  std::vector<Tally> sparse(30, {0, 0});
  for (std::size_t i = 0; i < 9; ++i) sparse[i] = {10, i < 2 ? 10u : 0u};
  CHECK(design_effect(Strata{sparse}) == 1);
}

TEST_CASE("independent requests have a design effect near 1") {
  double sum = 0;
  for (std::uint64_t run = 0; run < 200; ++run) {
    std::vector<Tally> windows;
    for (std::uint64_t w = 0; w < 30; ++w)
      windows.push_back({40, exceedances_of_run(run * 30 + w + 1'000'000, 40, 0.1)});
    sum += design_effect(std::vector<std::vector<Tally>>{windows});
  }
  CHECK(sum / 200 > 1);
  CHECK(sum / 200 < 1.2);  // it is never below 1, so the mean is above it
}

TEST_CASE("the mean of batches") {
  std::vector<Batch> row;
  for (int i = 0; i < 30; ++i) row.push_back({10, i % 2 == 0 ? 90.0 : 110.0});
  const auto mean = batch_mean(std::vector<std::vector<Batch>>{row});
  REQUIRE(mean);
  CHECK(mean->mean == Approx(10));
  CHECK(mean->freedom == 29);
  CHECK(mean->error == Approx(std::sqrt(30 * 100 * 30 / 29.0) / 300));
  CHECK(mean->above(0.025) == Approx(10 + 2.0452 * mean->error).epsilon(1e-4));  // t of 29, 97.5 %
  CHECK(mean->below(0.025) == Approx(10 - 2.0452 * mean->error).epsilon(1e-4));
  CHECK_FALSE(batch_mean(std::vector<std::vector<Batch>>{{{10, 90}, {10, 110}}}));
  // Two phases with means of their own: what lies between the phases is no error.
  const auto split = batch_mean(std::vector<std::vector<Batch>>{
      std::vector<Batch>(10, {10, 100}), std::vector<Batch>(10, {10, 300})});
  REQUIRE(split);
  CHECK(split->mean == Approx(20));
  CHECK(split->error == Approx(0).margin(1e-12));
}
