#include "world/random.hpp"

#include <array>
#include <catch2/catch.hpp>

using world::Purpose;
using world::Random;

// Computed with an independent implementation that reproduces the published SipHash-2-4 vectors.
TEST_CASE("draws are SipHash-2-4 of their key", "[random]") {
  CHECK(Random(7).bits(Purpose("arrival"), 0, 0) == 0x4f8a8c03cd8d071eULL);
  CHECK(Random(7).bits(Purpose("arrival"), 0, 1) == 0xf910c7f583eb9be6ULL);
  CHECK(Random(7).bits(Purpose("fault"), 123456789, 3) == 0xf1679b00ea1eb799ULL);
  CHECK(Random(~0ULL).bits(Purpose(""), ~0ULL, 0) == 0x9d7d86d3035f6cdaULL);
}

TEST_CASE("every part of the key matters", "[random]") {
  const auto base = Random(1).bits(Purpose("a"), 2, 3);
  CHECK(base == Random(1).bits(Purpose("a"), 2, 3));
  CHECK(base != Random(2).bits(Purpose("a"), 2, 3));
  CHECK(base != Random(1).bits(Purpose("b"), 2, 3));
  CHECK(base != Random(1).bits(Purpose("a"), 3, 3));
  CHECK(base != Random(1).bits(Purpose("a"), 2, 2));
}

namespace {

// Chi-square of counts against a uniform expectation.
template <std::size_t N>
double chi_square(const std::array<int, N>& counts, int total) {
  const double expected = static_cast<double>(total) / N;
  double sum = 0;
  for (int n : counts) sum += (n - expected) * (n - expected) / expected;
  return sum;
}

}  // namespace

TEST_CASE("draws are uniform along each part of the key", "[random]") {
  // 99 degrees of freedom: the 0.999 quantile is 148.2, the 0.001 quantile 60.3.
  constexpr int total = 20'000;
  std::array<int, 100> by_ordinal{}, by_entity{}, by_seed{};
  for (int i = 0; i < total; ++i) {
    const auto n = static_cast<std::uint64_t>(i);
    ++by_ordinal[Random(1).below(100, Purpose("x"), 5, n)];
    ++by_entity[Random(1).below(100, Purpose("x"), n, 5)];
    ++by_seed[Random(n).below(100, Purpose("x"), 5, 5)];
  }
  for (const auto& counts : {by_ordinal, by_entity, by_seed}) {
    CHECK(chi_square(counts, total) < 148.2);
    CHECK(chi_square(counts, total) > 60.3);
  }
}

TEST_CASE("neighbouring keys are independent", "[random]") {
  constexpr int total = 20'000;
  std::array<int, 100> pairs{};  // a 10 x 10 table of (draw n, draw n + 1)
  for (int i = 0; i < total; ++i) {
    const auto n = static_cast<std::uint64_t>(2 * i);
    const auto a = Random(3).below(10, Purpose("x"), 0, n);
    const auto b = Random(3).below(10, Purpose("x"), 0, n + 1);
    ++pairs[a * 10 + b];
  }
  CHECK(chi_square(pairs, total) < 148.2);
}

TEST_CASE("a chance has its probability", "[random]") {
  struct Row {
    std::uint32_t ppm;
    int low, high;  // of 100,000 draws, four standard deviations
  };
  for (const Row& row : {Row{0, 0, 0}, Row{50'000, 4'724, 5'276}, Row{500'000, 49'367, 50'633},
                         Row{1'000'000, 100'000, 100'000}}) {
    int hits = 0;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      hits += Random(9).chance(row.ppm, Purpose("chance"), row.ppm, i) ? 1 : 0;
    }
    CAPTURE(row.ppm);
    CHECK(hits >= row.low);
    CHECK(hits <= row.high);
  }
}
