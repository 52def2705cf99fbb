#include "harness/verdict/paired.hpp"

#include <algorithm>
#include <cmath>

namespace harness {

namespace {

// 2 * rank, which is whole for ties of any size, in the order of the values.
std::vector<std::uint32_t> doubled_ranks(const std::vector<double>& sorted) {
  std::vector<std::uint32_t> ranks(sorted.size());
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    for (std::size_t j = i; j < end; ++j) ranks[j] = static_cast<std::uint32_t>(i + 1 + end);
    i = end;
  }
  return ranks;
}

// The share of all 2^n sign patterns whose positive ranks sum up to at least `sum`.
double exact_p(const std::vector<std::uint32_t>& ranks, std::uint64_t sum) {
  std::uint64_t total = 0;
  for (const std::uint32_t rank : ranks) total += rank;
  std::vector<double> ways(total + 1, 0.0);  // below 2^25: exact
  ways[0] = 1;
  for (const std::uint32_t rank : ranks) {
    for (std::uint64_t s = total; s >= rank; --s) ways[s] += ways[s - rank];
  }
  double at_least = 0;
  for (std::uint64_t s = sum; s <= total; ++s) at_least += ways[s];
  return at_least / std::exp2(static_cast<double>(ranks.size()));
}

double normal_p(const std::vector<std::uint32_t>& ranks, std::uint64_t sum) {
  double mean = 0, variance = 0;
  for (const std::uint32_t doubled : ranks) {
    const double rank = doubled / 2.0;
    mean += rank / 2;
    variance += rank * rank / 4;
  }
  const double w = static_cast<double>(sum) / 2.0;
  return std::erfc((w - 0.5 - mean) / std::sqrt(2 * variance)) / 2;
}

}  // namespace

SignTest sign_test(std::span<const double> differences) {
  SignTest test;
  for (const double d : differences) ++(d > 0 ? test.worse : d < 0 ? test.better : test.equal);
  const std::uint64_t n = test.worse + test.better;
  // P(X >= worse), summed from the top: C(n, n), and each next by a ratio; times 2^-n. The power
  // is kept apart, because 2^-1075 is none and C(n, k) soon beyond all doubles.
  constexpr int kStep = 512;
  int power = -static_cast<int>(n);
  double term = 1, p = 1;
  for (std::uint64_t k = n; k > test.worse; --k) {
    term *= static_cast<double>(k) / static_cast<double>(n - k + 1);
    p += term;
    if (p < 0x1p512) continue;
    term = std::ldexp(term, -kStep);
    p = std::ldexp(p, -kStep);
    power += kStep;
  }
  test.p = std::min(1.0, std::ldexp(p, power));
  return test;
}

SignedRank signed_rank(std::span<const double> differences) {
  std::vector<double> kept;
  for (const double d : differences) {
    if (d != 0) kept.push_back(d);
  }
  SignedRank test;
  test.n = kept.size();
  if (kept.empty()) return test;
  std::sort(kept.begin(), kept.end(), [](double a, double b) {
    return std::fabs(a) != std::fabs(b) ? std::fabs(a) < std::fabs(b) : a < b;
  });
  std::vector<double> sizes(kept);
  for (double& size : sizes) size = std::fabs(size);
  const std::vector<std::uint32_t> ranks = doubled_ranks(sizes);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i] > 0) sum += ranks[i];
  }
  test.worse_rank_sum = static_cast<double>(sum) / 2.0;
  test.exact = test.n <= SignedRank::kExactMax;
  test.p = test.exact ? exact_p(ranks, sum) : normal_p(ranks, sum);
  return test;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

}  // namespace harness
