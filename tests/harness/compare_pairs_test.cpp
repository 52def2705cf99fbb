// Pairs of the same seed: what is judged, and how often it is judged wrongly.
#include "harness/commands/compare_pairs.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "world/random.hpp"

using namespace harness;
using reports::Verdict;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kDelta = 0.1;
constexpr std::optional<double> kNone = std::nullopt;
constexpr world::Purpose kRatio{"test.ratio"};

MetricComparison judged(const std::string& metric, const std::vector<SeedPair>& pairs,
                        const PairAlphas& alphas = {}) {
  MetricComparison m;
  m.metric = compared_metric(metric);
  if (pairs.size() == 1) judge_exact(m, pairs.front(), kDelta);
  else judge_pairs(m, pairs, kDelta, alphas);
  return m;
}

// `n` seeds of these values; `more` behind them.
std::vector<SeedPair> seeds(std::size_t n, const SeedPair& pair,
                            const std::vector<SeedPair>& more = {}) {
  std::vector<SeedPair> pairs(n, pair);
  pairs.insert(pairs.end(), more.begin(), more.end());
  return pairs;
}

// 20 seeds with base 100 and candidates that are around the limit to both sides alike.
std::vector<SeedPair> at_the_limit(std::uint64_t comparison, bool more_is_better) {
  const world::Random random(1);
  std::vector<SeedPair> pairs;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const double u =
        static_cast<double>(random.bits(kRatio, comparison, seed) >> 11) * 0x1p-53 - 0.5;
    const double ratio = 1 + kDelta + 0.4 * u;
    pairs.push_back(more_is_better ? SeedPair{100 * ratio, 100.0} : SeedPair{100.0, 100 * ratio});
  }
  return pairs;
}

}  // namespace

TEST_CASE("pairs of seeds: what is judged", "[compare]") {
  struct Row {
    const char* what;
    const char* metric;
    std::vector<SeedPair> pairs;
    Verdict verdict;
  };
  const std::vector<Row> rows{
      {"9 of 20 ruined", "response.p95", seeds(11, {100, 100}, seeds(9, {100, 1000})),
       Verdict::inconclusive},
      {"4 of 20 ruined", "response.p95", seeds(16, {100, 100}, seeds(4, {100, 1000})),
       Verdict::inconclusive},
      {"3 of 20 ruined", "response.p95", seeds(17, {100, 100}, seeds(3, {100, 1000})),
       Verdict::pass},  // of the typical seed; the docs say so
      {"9 of 20 among failures", "response.p95", seeds(11, {100, 100}, seeds(9, {100, kInfinite})),
       Verdict::inconclusive},
      {"9 of 20 say nothing any more", "ttft.p95", seeds(11, {100, 100}, seeds(9, {100, kNone})),
       Verdict::inconclusive},
      {"9 of 20 give no good answer", "goodput", seeds(11, {5, 5}, seeds(9, {5, 0})),
       Verdict::inconclusive},
      {"15 of 20 ruined", "response.p95", seeds(5, {100, 100}, seeds(15, {100, 1000})),
       Verdict::fail},
      {"the same in all", "response.p95", seeds(2, {100, 100}), Verdict::pass},
      {"too few", "response.p95", seeds(4, {100, 90}), Verdict::inconclusive},
      {"just enough", "response.p95", seeds(5, {100, 90}), Verdict::pass},
      {"within the limit", "response.p95", seeds(5, {100, 109}), Verdict::pass},
      {"beyond it", "response.p95", seeds(5, {100, 111}), Verdict::fail},
      {"goodput within it", "goodput", seeds(5, {109, 100}), Verdict::pass},
      {"goodput beyond it", "goodput", seeds(5, {111, 100}), Verdict::fail},
      {"goodput better", "goodput", seeds(5, {100, 200}), Verdict::pass},
      {"failures below the floor", "error_rate", seeds(5, {0, 0.00005}), Verdict::pass},
      {"failures beyond it", "error_rate", seeds(5, {0, 0.01}), Verdict::fail},
      {"failures in all", "response.p95", seeds(20, {kInfinite, kInfinite}), Verdict::inconclusive},
      {"failures in most", "response.p95",
       seeds(16, {kInfinite, kInfinite}, seeds(4, {100, 100})), Verdict::inconclusive},
      {"out of failures", "response.p95", seeds(5, {kInfinite, 100}), Verdict::pass},
      {"nothing at all", "ttft.p95", seeds(20, {kNone, kNone}), Verdict::inconclusive},
      {"one seed, the same", "response.p95", seeds(1, {100, 100}), Verdict::pass},
      {"one seed, beyond it", "response.p95", seeds(1, {100, 111}), Verdict::fail},
      {"one seed, into failures", "response.p95", seeds(1, {100, kInfinite}), Verdict::fail},
      {"one seed, failures", "response.p95", seeds(1, {kInfinite, kInfinite}),
       Verdict::inconclusive},
      {"one seed, nothing any more", "ttft.p95", seeds(1, {100, kNone}), Verdict::fail},
      {"one seed, nothing at all", "ttft.p95", seeds(1, {kNone, kNone}), Verdict::inconclusive},
  };
  for (const Row& row : rows) {
    const MetricComparison m = judged(row.metric, row.pairs);
    INFO(row.what << ": " << m.why);
    CHECK(m.verdict == row.verdict);
  }
}

TEST_CASE("pairs of seeds: at the limit at most 5 % of all sign patterns are judged", "[compare]") {
  constexpr unsigned kSeeds = 12;
  for (const char* metric : {"response.p95", "goodput"}) {
    const bool mirrored = std::string_view(metric) == "goodput";
    unsigned passed = 0, failed = 0;
    for (unsigned pattern = 0; pattern < 1u << kSeeds; ++pattern) {
      std::vector<SeedPair> pairs;
      for (unsigned seed = 0; seed < kSeeds; ++seed) {
        const double off = (seed + 1.0) * ((pattern >> seed & 1u) == 1u ? 1 : -1);
        pairs.push_back(mirrored ? SeedPair{110 + off, 100.0} : SeedPair{100.0, 110 + off});
      }
      const Verdict verdict = judged(metric, pairs).verdict;
      passed += verdict == Verdict::pass ? 1 : 0;
      failed += verdict == Verdict::fail ? 1 : 0;
    }
    CAPTURE(metric, passed, failed);
    CHECK(passed * 20 <= 1u << kSeeds);
    CHECK(failed * 20 <= 1u << kSeeds);
    CHECK(passed * 25 > 1u << kSeeds);  // and not far fewer: the rule decides
    CHECK(failed * 25 > 1u << kSeeds);
  }
}

TEST_CASE("pairs of seeds: at the limit about 5 % are judged, either way", "[compare]") {
  // Of 20 seeds the exact share is 4.87 %, so 2,000 draws give more than 100 in two of five cases:
  // three standard errors are allowed. (200,000 of these draws gave 4.92 % and 4.91 %.)
  constexpr int kComparisons = 2'000, kMost = 100 + 29;
  for (const char* metric : {"response.p95", "goodput"}) {
    int passed = 0, failed = 0;
    for (int i = 0; i < kComparisons; ++i) {
      const bool mirrored = std::string_view(metric) == "goodput";
      const Verdict verdict =
          judged(metric, at_the_limit(static_cast<std::uint64_t>(i), mirrored)).verdict;
      passed += verdict == Verdict::pass ? 1 : 0;
      failed += verdict == Verdict::fail ? 1 : 0;
    }
    CAPTURE(metric, passed, failed);
    CHECK(passed <= kMost);
    CHECK(failed <= kMost);
    CHECK(passed > 50);  // the rule does decide
    CHECK(failed > 50);
  }
}

TEST_CASE("pairs of seeds: metrics share the alpha of FAIL, and the words say what it takes",
          "[compare]") {
  const PairAlphas four{0.05, 0.0125};
  CHECK(judged("response.p95", seeds(6, {100, 130}), four).verdict == Verdict::inconclusive);
  CHECK(judged("response.p95", seeds(7, {100, 130}), four).verdict == Verdict::fail);
  CHECK(judged("response.p95", seeds(5, {100, 100}, {{100, 90}}), four).verdict == Verdict::pass);
  CHECK(judged("response.p95", seeds(3, {100, 100}, {{100, 90}}), four).why ==
        "median the same, limit 1.1; beyond it in 0 of 4 seeds; worse in 0, better in 1, equal in "
        "3 (signed ranks p 1 for beyond, 0.0625 for within); PASS takes p <= 0.05 for within and "
        "at least 5 seeds, FAIL p <= 0.0125 for beyond and at least 7");
  CHECK(judged("response.p95", seeds(3, {100, 100})).why == "the same in all 3 seeds");
}

TEST_CASE("times as bad, in at most three digits", "[compare]") {
  struct Row {
    double ratio;
    const char* text;
  };
  for (const Row& row : {Row{1, "the same"}, Row{1.0001, "nearly the same"},
                         Row{1.23456, "1.23 times as bad"}, Row{0.5, "0.5 times as bad"},
                         Row{kInfinite, "infinitely worse"}}) {
    CHECK(as_bad(row.ratio) == row.text);
  }
}
