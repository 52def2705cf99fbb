#include "world/distribution.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "world/random.hpp"

using world::Distribution;

namespace {

double relative_error(double got, double expected) {
  return std::abs(got - expected) / std::abs(expected);
}

std::uint64_t bits_of(double quantile) {
  return static_cast<std::uint64_t>(std::ldexp(quantile, 64));
}

}  // namespace

TEST_CASE("logarithm and exponential agree with the C library", "[distribution]") {
  CHECK(world::exact_ln(1.0) == 0.0);
  CHECK(world::exact_exp(0.0) == 1.0);
  for (double x : {5e-324, 1e-300, 1e-9, 0.1, 0.5, 0.70710678, 0.9, 1.4142, 1.5, 2.0, 10.0,
                   12345.678, 1e15, 1e300}) {
    CAPTURE(x);
    CHECK(relative_error(world::exact_ln(x), std::log(x)) < 1e-14);
  }
  // Near 1 the result is small, and its absolute error counts.
  CHECK(std::abs(world::exact_ln(1.0 + 1e-9) - std::log1p(1e-9)) < 1e-16);
  for (double x : {-700.0, -50.5, -1.0, -1e-9, 1e-9, 0.3, 1.0, 2.5, 33.3, 500.0, 708.0}) {
    CAPTURE(x);
    CHECK(relative_error(world::exact_exp(x), std::exp(x)) < 1e-14);
  }
  CHECK(world::exact_exp(-1000.0) == 0.0);
  CHECK(world::exact_exp(1000.0) == std::numeric_limits<double>::infinity());
  CHECK(world::exact_ln(0.0) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("normal quantiles agree with tables", "[distribution]") {
  struct Row {
    double p, z;
  };
  for (const Row& row : {Row{1e-300, -37.0470962993612}, Row{1e-20, -9.262340089798405},
                         Row{1e-10, -6.361340902404056}, Row{0.001, -3.090232306167813},
                         Row{0.025, -1.9599639845400538}, Row{0.2, -0.8416212335729142},
                         Row{0.75, 0.6744897501960817}, Row{0.95, 1.6448536269514715},
                         Row{0.99, 2.3263478740408408}, Row{0.9999, 3.7190164854557084}}) {
    CAPTURE(row.p);
    CHECK(relative_error(world::normal_quantile(row.p), row.z) < 1e-13);
  }
  CHECK(world::normal_quantile(0.5) == 0.0);
}

TEST_CASE("a sample is the value at its quantile", "[distribution]") {
  struct Row {
    Distribution distribution;
    double quantile;
    std::int64_t value;
  };
  constexpr std::int64_t ms = 1'000'000;
  const Row rows[] = {
      {Distribution::fixed(20 * ms), 0.9, 20 * ms},
      {Distribution::fixed(-5), 0.5, 0},
      {Distribution::uniform(1'000, 5'000), 0.0, 1'000},
      {Distribution::uniform(1'000, 5'000), 0.5, 3'000},
      {Distribution::uniform(1'000, 5'000), 0.99999999, 5'000},
      {Distribution::uniform(7, 7), 0.3, 7},
      {Distribution::exponential(2'000'000), 0.5, 1'386'294},   // ln 2 x mean
      {Distribution::exponential(2'000'000), 0.95, 5'991'465},  // ln 20 x mean
      {Distribution::lognormal(350 * ms, 2'000 * ms), 0.5, 350 * ms},
      {Distribution::lognormal(350 * ms, 2'000 * ms), 0.99, 2'000 * ms},
      {Distribution::lognormal(350 * ms, 350 * ms), 0.1, 350 * ms},
      {Distribution::lognormal(0, 0), 0.5, 0},
      {Distribution::empirical({90, 10, 10, 50}), 0.0, 10},
      {Distribution::empirical({90, 10, 10, 50}), 0.49, 10},
      {Distribution::empirical({90, 10, 10, 50}), 0.51, 50},
      {Distribution::empirical({90, 10, 10, 50}), 0.99999999, 90},
      {Distribution::empirical({-3, 4}), 0.1, 0},
      {Distribution::empirical({}), 0.5, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.quantile, row.value);
    const auto got = row.distribution.sample(bits_of(row.quantile));
    CHECK(std::abs(static_cast<double>(got - row.value)) <=
          std::max(1.0, static_cast<double>(row.value) * 1e-9));
  }
}

// The same integers on every compiler and optimisation level: a change here changes every plan.
TEST_CASE("samples are fixed for ever", "[distribution]") {
  const world::Random random(7);
  const auto bits = [&](std::uint64_t i) { return random.bits(world::Purpose("golden"), 1, i); };
  const Distribution normal = Distribution::lognormal(350'000'000, 2'000'000'000);
  const Distribution gap = Distribution::exponential(200'000'000);
  std::uint64_t digest = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    digest = digest * 31 + static_cast<std::uint64_t>(normal.sample(bits(i)));
    digest = digest * 31 + static_cast<std::uint64_t>(gap.sample(bits(i)));
  }
  CHECK(digest == 0x9ff80128fdc37711ULL);
}

TEST_CASE("samples stay within the integers", "[distribution]") {
  constexpr auto max = std::numeric_limits<std::int64_t>::max();
  CHECK(Distribution::exponential(max).sample(~0ULL) == max);
  CHECK(Distribution::lognormal(max / 2, max).sample(~0ULL) == max);
  CHECK(Distribution::uniform(0, max).sample(~0ULL) == max);
  CHECK(Distribution::uniform(0, max).sample(0) == 0);
  CHECK(Distribution::exponential(100).sample(0) == 0);
}
