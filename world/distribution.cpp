#include "world/distribution.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace world {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr double kLn2High = 0x1.62e42fee00000p-1;  // fdlibm's split: k * high is exact, |k| < 2^20
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kInvLn2 = 0x1.71547652b82fep+0;
constexpr double kZ99 = 2.3263478740408408;  // normal_quantile(0.99)

// (bits + 0.5) / 2^64 as a double in (0, 1).
double unit_interval(std::uint64_t bits) {
  // The upper 52 bits and a half fit exactly into a double, so the result is never 0 or 1.
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

std::int64_t clamp_to_int(double x) {
  if (!(x > 0)) return 0;
  if (x >= 9.2e18) return std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(x + 0.5);
}

double polynomial(const double (&coefficients)[8], double x) {
  double sum = coefficients[7];
  for (int i = 6; i >= 0; --i) sum = sum * x + coefficients[i];
  return sum;
}

}  // namespace

// ln(m 2^k) = k ln 2 + 2 artanh(s), s = (m - 1) / (m + 1), with m in [sqrt(1/2), sqrt(2)): the odd
// series of artanh at |s| < 0.1716 is below 2^-60 after 12 terms.
double exact_ln(double x) {
  if (!(x > 0)) return -std::numeric_limits<double>::infinity();
  int k = 0;
  if (x < 0x1p-1022) {  // subnormal
    x *= 0x1p54;
    k = -54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  k += static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++k;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double s2 = s * s;
  double series = 0.0;
  for (int n = 25; n >= 3; n -= 2) series = (series + 1.0 / n) * s2;
  return k * kLn2High + (2.0 * s + (2.0 * s * series + k * kLn2Low));
}

// exp(x) = 2^k exp(r), |r| <= ln(2) / 2: the Taylor series is below 2^-60 after 15 terms.
double exact_exp(double x) {
  if (x > 709.0) return std::numeric_limits<double>::infinity();
  if (x < -708.0) return 0.0;
  const double scaled = x * kInvLn2;
  const int k = static_cast<int>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double r = (x - k * kLn2High) - k * kLn2Low;
  double sum = 1.0;
  for (int n = 15; n >= 1; --n) sum = 1.0 + sum * r / n;
  return sum * std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

// Wichura (1988), algorithm AS 241, routine PPND16: relative error about 1e-16.
double normal_quantile(double p) {
  static constexpr double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e2,
                                  1.9715909503065514427e3,  1.3731693765509461125e4,
                                  4.5921953931549871457e4,  6.7265770927008700853e4,
                                  3.3430575583588128105e4,  2.5090809287301226727e3};
  static constexpr double b[8] = {1.0,                      4.2313330701600911252e1,
                                  6.8718700749205790830e2,  5.3941960214247511077e3,
                                  2.1213794301586595867e4,  3.9307895800092710610e4,
                                  2.8729085735721942674e4,  5.2264952788528545610e3};
  static constexpr double c[8] = {1.42343711074968357734e0, 4.63033784615654529590e0,
                                  5.76949722146069140550e0, 3.64784832476320460504e0,
                                  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[8] = {1.0,                      2.05319162663775882187e0,
                                  1.67638483018380384940e0, 6.89767334985100004550e-1,
                                  1.48103976427480074590e-1, 1.51986665636164571966e-2,
                                  5.47593808499534494600e-4, 1.05075007164441684324e-9};
  static constexpr double e[8] = {6.65790464350110377720e0, 5.46378491116411436990e0,
                                  1.78482653991729133580e0, 2.96560571828504891230e-1,
                                  2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[8] = {1.0,                      5.99832206555887937690e-1,
                                  1.36929880922735805310e-1, 1.48753612908506148525e-2,
                                  7.86869131145613259100e-4, 1.84631831751005468180e-5,
                                  1.42151175831644588870e-7, 2.04426310338993978564e-15};
  if (!(p > 0)) return -std::numeric_limits<double>::infinity();
  if (!(p < 1)) return std::numeric_limits<double>::infinity();
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  double r = std::sqrt(-exact_ln(q < 0 ? p : 1.0 - p));
  double z;
  if (r <= 5.0) {
    r -= 1.6;
    z = polynomial(c, r) / polynomial(d, r);
  } else {
    r -= 5.0;
    z = polynomial(e, r) / polynomial(f, r);
  }
  return q < 0 ? -z : z;
}

Distribution Distribution::empirical(std::vector<std::int64_t> observed) {
  Distribution d;
  d.kind = Kind::empirical;
  d.values = std::move(observed);
  std::sort(d.values.begin(), d.values.end());  // so that a higher quantile is no smaller value
  return d;
}

std::int64_t Distribution::sample(std::uint64_t bits) const {
  switch (kind) {
    case Kind::fixed:
      return std::max<std::int64_t>(a, 0);
    case Kind::uniform: {
      const std::int64_t low = std::max<std::int64_t>(a, 0);
      if (b <= low) return low;
      const auto span = static_cast<std::uint64_t>(b - low) + 1;
      return low + static_cast<std::int64_t>(static_cast<Wide>(bits) * span >> 64);
    }
    case Kind::exponential:
      // -mean ln(1 - u), with 1 - u taken as the quantile of the complemented bits.
      return clamp_to_int(-static_cast<double>(a) * exact_ln(unit_interval(~bits)));
    case Kind::lognormal: {
      if (a <= 0) return 0;
      if (b <= a) return a;
      const double sigma = exact_ln(static_cast<double>(b) / static_cast<double>(a)) / kZ99;
      return clamp_to_int(static_cast<double>(a) *
                          exact_exp(sigma * normal_quantile(unit_interval(bits))));
    }
    case Kind::empirical: {
      if (values.empty()) return 0;
      const auto place = static_cast<std::size_t>(static_cast<Wide>(bits) * values.size() >> 64);
      return std::max<std::int64_t>(values[place], 0);
    }
  }
  return 0;
}

}  // namespace world
