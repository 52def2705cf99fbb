#include "harness/verdict/bootstrap.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "world/random.hpp"

using namespace harness;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr world::Purpose kValue{"test.value"};

Summary percentile(std::uint32_t ppm) { return {Summary::Kind::percentile, ppm}; }
const Summary kFailed{Summary::Kind::failed_share, 0};
const Summary kGood{Summary::Kind::good_per_second, 0};

// Exponential latencies, `rate` a second, all times `factor`.
Series exponential(std::uint32_t seconds, std::uint32_t rate, double factor, std::uint64_t seed) {
  Series series;
  series.run_seconds = {seconds};
  const world::Random random(seed);
  for (std::uint32_t s = 0; s < seconds; ++s) {
    for (std::uint32_t i = 0; i < rate; ++i) {
      const double u = static_cast<double>(random.bits(kValue, s, i) >> 11) * 0x1p-53;
      series.values.push_back({-std::log1p(-u) * factor, s});
    }
  }
  return series;
}

}  // namespace

TEST_CASE("a summary is of all values, failures above all") {
  Series series;
  series.run_seconds = {2, 3};
  for (int i = 1; i <= 98; ++i) {
    series.values.push_back({static_cast<double>(i), static_cast<std::uint32_t>(i % 5)});
  }
  series.values.push_back({kInfinite, 0});
  series.values.push_back({kInfinite, 4});
  CHECK(summary_of(series, percentile(500'000)) == 50);
  CHECK(summary_of(series, percentile(980'000)) == 98);
  CHECK(std::isinf(summary_of(series, percentile(990'000))));
  CHECK(summary_of(series, kFailed) == Approx(0.02));
  CHECK(summary_of(series, kGood) == Approx(98 / 5.0));
}

TEST_CASE("times worse: more is worse, unless more is better") {
  CHECK(times_worse(2, 3, percentile(950'000)) == 1.5);
  CHECK(times_worse(2, 3, kGood) == Approx(2 / 3.0));
  CHECK(times_worse(0, 0, kGood) == 1);
  CHECK(times_worse(0, 0, kFailed) == 1);
  CHECK(times_worse(0, 0.009, kFailed) == Approx(10));
  CHECK(times_worse(kInfinite, kInfinite, percentile(950'000)) == 1);
  CHECK(std::isinf(times_worse(2, kInfinite, percentile(950'000))));
  CHECK(times_worse(kInfinite, 2, percentile(950'000)) == 0);
}

TEST_CASE("blocks are longer when seconds depend on one another") {
  const Series independent = exponential(216, 20, 1, 1);
  CHECK(block_seconds(independent, percentile(950'000)) <= 8);
  CHECK(block_seconds(independent, percentile(950'000)) >= 6);  // 216^(1/3)
  Series bursts = independent;  // ten seconds slow, ten seconds not
  for (Series::Value& v : bursts.values) {
    if (v.second / 10 % 2 == 0) v.value += 10;
  }
  CHECK(block_seconds(bursts, percentile(750'000)) > 12);
  CHECK(block_seconds(exponential(1, 20, 1, 1), percentile(950'000)) == 1);
}

TEST_CASE("the interval covers the true ratio, and is the same every time") {
  int covered = 0, above = 0;
  constexpr int kTrials = 100;
  BootstrapOptions options;
  options.resamples = 400;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    const Series base = exponential(60, 10, 1, 1'000 + trial);
    const Series candidate = exponential(60, 10, 1.5, 2'000 + trial);
    const RatioInterval interval = bootstrap_ratio(base, candidate, percentile(900'000), options);
    if (interval.low <= 1.5 && 1.5 <= interval.high) ++covered;
    if (interval.low > 1.1) ++above;
  }
  CHECK(covered >= 80);  // of 90 expected
  CHECK(above >= 70);    // a candidate half as slow again is seen
  const Series one = exponential(60, 10, 1, 1), other = exponential(60, 10, 1.2, 2);
  const RatioInterval first = bootstrap_ratio(one, other, percentile(950'000));
  const RatioInterval again = bootstrap_ratio(one, other, percentile(950'000));
  CHECK(first.low == again.low);
  CHECK(first.high == again.high);
  CHECK(first.low < first.ratio);
  CHECK(first.ratio < first.high);
}

TEST_CASE("with five runs on each side, whole runs are drawn") {
  // Each run has a level of its own: the seconds say far less than their number.
  Series base, candidate;
  for (std::uint32_t run = 0; run < 5; ++run) {
    for (Series* side : {&base, &candidate}) {
      side->run_seconds.push_back(30);
      for (std::uint32_t s = 0; s < 30; ++s) {
        side->values.push_back({1.0 + 0.2 * run, run * 30 + s});
      }
    }
  }
  const RatioInterval by_run = bootstrap_ratio(base, candidate, percentile(500'000));
  CHECK(by_run.block_seconds == 0);
  CHECK(by_run.ratio == 1);
  CHECK(by_run.low < 0.9);
  CHECK(by_run.high > 1.1);
  base.run_seconds = candidate.run_seconds = {150};
  CHECK(bootstrap_ratio(base, candidate, percentile(500'000)).block_seconds > 0);
}
