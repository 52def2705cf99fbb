// Distributions over integers (nanoseconds, tokens), sampled by quantile: one 64-bit draw gives one
// value. All arithmetic is IEEE basic operations and sqrt (no libm), so g++ and clang, at any
// optimisation, give the same integers. Values are clamped to [0, max]. Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace world {

struct Distribution {
  enum class Kind { fixed, uniform, exponential, lognormal, empirical };

  Kind kind = Kind::fixed;
  std::int64_t a = 0;  // fixed: the value; uniform: low; exponential: mean; lognormal: p50
  std::int64_t b = 0;  // uniform: high (inclusive); lognormal: p99
  std::vector<std::int64_t> values = {};  // empirical: what was observed, in rising order

  static Distribution fixed(std::int64_t value) { return {Kind::fixed, value, 0}; }
  static Distribution uniform(std::int64_t low, std::int64_t high) {
    return {Kind::uniform, low, high};
  }
  static Distribution exponential(std::int64_t mean) { return {Kind::exponential, mean, 0}; }
  // b / a is the ratio of the 99th to the 50th percentile: sigma = ln(b / a) / z(0.99).
  static Distribution lognormal(std::int64_t p50, std::int64_t p99) {
    return {Kind::lognormal, p50, p99};
  }
  // Each value is as likely as the others; one that stands there twice, twice as likely.
  static Distribution empirical(std::vector<std::int64_t> observed);
  static constexpr std::size_t kValuesMax = 1'000;  // a scenario may give no more

  // The value at the quantile (bits + 0.5) / 2^64.
  std::int64_t sample(std::uint64_t bits) const;

  friend bool operator==(const Distribution&, const Distribution&) = default;
};

// Deterministic natural logarithm and exponential of doubles (relative error below 1e-14), and the
// quantile of the standard normal (Wichura, AS 241). Exposed for the arrival plan and for tests.
double exact_ln(double x);
double exact_exp(double x);
double normal_quantile(double p);

}  // namespace world
