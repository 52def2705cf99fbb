#include "harness/verdict/paired.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace harness;

namespace {
constexpr double kInfinite = std::numeric_limits<double>::infinity();
}

TEST_CASE("sign test: the upper tail of a fair coin") {
  struct Row {
    std::uint64_t worse, better, equal;
    double p;
  };
  for (const Row& row : {Row{7, 1, 0, 0.03515625}, Row{5, 5, 2, 0.623046875}, Row{3, 0, 0, 0.125},
                         Row{0, 4, 0, 1.0}, Row{0, 0, 9, 1.0}}) {
    CAPTURE(row.worse, row.better, row.equal);
    std::vector<double> differences(row.worse, 0.5);
    differences.insert(differences.end(), row.better, -2.0);
    differences.insert(differences.end(), row.equal, 0.0);
    const SignTest test = sign_test(differences);
    CHECK(test.worse == row.worse);
    CHECK(test.better == row.better);
    CHECK(test.equal == row.equal);
    CHECK(test.p == Approx(row.p).epsilon(1e-12));
  }
}

TEST_CASE("sign test: of more pairs than a double has powers of two") {
  struct Row {
    std::uint64_t worse, better;
    double low, high;
  };
  for (const Row& row : {Row{1'000, 1'000, 0.508, 0.509}, Row{5'050, 4'950, 0.161, 0.162},
                         Row{4'000, 6'000, 0.999999, 1.0}, Row{10'000, 0, 0.0, 1e-300},
                         Row{0, 5'000, 0.999999, 1.0}}) {
    CAPTURE(row.worse, row.better);
    std::vector<double> differences(row.worse, 1.0);
    differences.insert(differences.end(), row.better, -1.0);
    const double p = sign_test(differences).p;
    CHECK(p >= row.low);
    CHECK(p <= row.high);
  }
}

TEST_CASE("signed ranks: exact over all sign patterns, ties and zeros included") {
  struct Row {
    std::vector<double> differences;
    double rank_sum;
    double p;
  };
  // The last but two is Darwin's maize (Fisher 1935); the p of all were counted out one by one.
  const std::vector<Row> rows{
      {{1, 2, 3, 4, 5}, 15, 1.0 / 32},
      {{-1, 2, 3, 4, 5, 6, 7}, 27, 2.0 / 128},
      {{1, 1, -1, 2, 0, 3, -2}, 14.5, 17.0 / 64},
      {{6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75}, 96, 676.0 / 32768},
      {{-1, -2, -3}, 0, 1.0},
      {{kInfinite, 2, -1}, 5, 2.0 / 8},
  };
  for (const Row& row : rows) {
    CAPTURE(row.differences);
    const SignedRank test = signed_rank(row.differences);
    CHECK(test.exact);
    CHECK(test.worse_rank_sum == row.rank_sum);
    CHECK(test.p == Approx(row.p).epsilon(1e-12));
  }
  CHECK(signed_rank(std::vector<double>{0, 0}).p == 1);
  CHECK(signed_rank(std::vector<double>{0, 0}).n == 0);
}

TEST_CASE("signed ranks: normal beyond 25 differences") {
  std::vector<double> differences;
  for (int i = 1; i <= 40; ++i) differences.push_back(i % 3 == 0 ? -i : i);
  const SignedRank test = signed_rank(differences);
  CHECK_FALSE(test.exact);
  CHECK(test.worse_rank_sum == 547);
  CHECK(test.p == Approx(0.03327232748429073).epsilon(1e-9));

  differences.resize(25);  // the two agree where they meet
  const double exact = signed_rank(differences).p;
  differences.push_back(1e-9);
  CHECK(signed_rank(differences).p == Approx(exact).margin(0.02));
}

TEST_CASE("median: the lower of the two in the middle") {
  CHECK(median({}) == 0);
  CHECK(median({3}) == 3);
  CHECK(median({4, 1, 3}) == 3);
  CHECK(median({4, 1, 3, 2}) == 2);
}
