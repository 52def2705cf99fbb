#include "harness/verdict/slo_bound.hpp"

namespace harness {

namespace {

using slo_text::Cursor;
using slo_text::decimal;

constexpr std::int64_t kPpm = 1'000'000;
constexpr std::string_view kDurations = "ns, us, ms, s, m or h";

struct Number {
  std::string_view digits;
  std::size_t at = 0;
  std::size_t unit_at = 0;
};

// The digits of a number; the cursor is left at its unit, behind blanks.
Number number_of(Cursor& in, std::string_view example) {
  Number number;
  number.at = in.at();
  number.digits = in.number();
  // Up to 15 decimals: whether they are allowed is for the unit to say.
  const bool is_number = !number.digits.empty() && slo_text::is_digit(number.digits.front()) &&
                         slo_text::is_digit(number.digits.back()) &&
                         number.digits.find('.') == number.digits.rfind('.');
  if (!is_number)
    throw SloError(number.at, "expected a number with a unit, such as " + std::string(example));
  in.skip();
  number.unit_at = in.at();
  return number;
}

std::string name_of(const Slo& slo) {
  return std::string(metric_of(slo.kind, slo.latency).name);
}

std::int64_t duration_bound(Cursor& in, const Slo& slo, bool is_of_k6) {
  const Number number = number_of(in, "30s");
  std::string_view unit = in.unit();
  const bool is_bare = unit.empty() || !slo_text::is_duration_unit(unit);
  if (is_bare && is_of_k6 && unit != "%") {
    in.back_to(number.unit_at);  // a clause may follow
    unit = "ms";
  } else if (unit == "%") {
    throw SloError(number.unit_at, name_of(slo) + " is a duration; expected " +
                                       std::string(kDurations));
  } else if (is_bare) {
    throw SloError(number.unit_at,
                   "expected a unit: " + std::string(kDurations) + ", as in 30s");
  }
  const auto value = slo_text::duration(number.digits, unit);
  if (!value || *value <= 0)
    throw SloError(number.at,
                   "expected a duration above 0 and up to 24h, exact to the nanosecond");
  return *value;
}

std::int64_t share_bound(Cursor& in, bool is_of_k6) {
  const Number number = number_of(in, "5%");
  const bool is_percent = in.take("%");
  if (!is_percent && !is_of_k6) throw SloError(number.unit_at, "expected a percentage, such as 5%");
  const auto value = decimal(number.digits, is_percent ? 4 : 6);
  if (!value || *value <= 0 || *value >= kPpm)
    throw SloError(number.at,
                   "expected more than 0% and less than 100%, with at most 4 decimals "
                   "(an event that must never happen is an invariant)");
  return *value;
}

std::int64_t count_bound(Cursor& in, const Slo& slo) {
  const std::size_t at = in.at();
  const auto value = decimal(in.number(), 0);
  if (!value) throw SloError(at, "expected a whole number, such as 100");
  if (*value == 0 && slo.comparison == Comparison::less)
    throw SloError(at, "a count is never below 0; expected == 0 or a larger bound");
  return *value;
}

// A ratio such as 1.3 or 90 %.
std::int64_t ratio_bound(Cursor& in, const Slo& slo) {
  const Number number = number_of(in, "1.3");
  const bool is_percent = in.take("%");
  if (!is_percent) in.back_to(number.unit_at);
  const auto value = decimal(number.digits, is_percent ? 4 : 6);
  constexpr std::int64_t kMax = 1'000 * kPpm;
  if (!value || *value <= 0 || *value > kMax)
    throw SloError(number.at, "expected a number above 0 and up to 1,000, with at most 6 decimals");
  const bool is_index = slo.kind == MetricKind::fairness;
  if (is_index && (*value > kPpm || (*value == kPpm && slo.comparison == Comparison::more)))
    throw SloError(number.at,
                   "Jain's index is at most 1, so that this can never hold; expected less, as in "
                   "fairness > 0.9");
  return *value;
}

// Millionths per hour, of `10/s`.
std::int64_t rate_bound(Cursor& in, bool is_of_k6) {
  const Number number = number_of(in, "10/s");
  std::optional<std::int64_t> per_hour = slo_text::per_hour("s");
  if (in.take("/")) {
    in.skip();
    per_hour = slo_text::per_hour(in.word());
  } else if (!is_of_k6) {
    per_hour.reset();
  }
  if (!per_hour) throw SloError(number.unit_at, "expected /s, /min or /h, as in 10/s");
  const auto value = decimal(number.digits, 6);
  constexpr std::int64_t kMax = 10'000'000 * kPpm;  // per second: more than any machine
  if (!value || *value <= 0 || *value > kMax)
    throw SloError(number.at,
                   "expected a rate above 0 and up to 10,000,000, with at most 6 decimals");
  return *value * *per_hour;
}

// Bytes per hour, of `64KiB/h`.
std::int64_t growth_bound(Cursor& in) {
  constexpr std::string_view kExample = "expected bytes per time, as in 64KiB/h or 1.5MB/min";
  const Number number = number_of(in, "64KiB/h");
  const auto bytes = slo_text::bytes_of(in.word());
  if (!bytes) throw SloError(number.unit_at, std::string(kExample));
  in.skip();
  const std::size_t per_at = in.at();
  const bool has_time = in.take("/");
  in.skip();
  const auto per_hour = has_time ? slo_text::per_hour(in.word()) : std::nullopt;
  if (!per_hour) throw SloError(per_at, std::string(kExample));
  const auto value = decimal(number.digits, 3);
  constexpr std::int64_t kMax = 1'000'000;  // in thousandths: up to 1,000 GiB per second fit
  if (!value || *value > kMax * 1'000 || *value * *bytes / 1'000 * *per_hour <= 0)
    throw SloError(number.at, "expected a number above 0 and up to 1,000,000, at most 3 decimals");
  return *value * *bytes / 1'000 * *per_hour;
}

}  // namespace

void parse_bound(Cursor& in, Slo& slo, bool is_of_k6) {
  switch (slo.kind) {
    case MetricKind::latency:
      slo.bound = slo.statistic == Statistic::count ? count_bound(in, slo)
                                                    : duration_bound(in, slo, is_of_k6);
      break;
    case MetricKind::recovery_time: slo.bound = duration_bound(in, slo, is_of_k6); break;
    case MetricKind::error_rate: slo.bound = share_bound(in, is_of_k6); break;
    case MetricKind::goodput:
    case MetricKind::throughput: slo.bound = rate_bound(in, is_of_k6); break;
    case MetricKind::retry_amplification:
    case MetricKind::fairness: slo.bound = ratio_bound(in, slo); break;
    case MetricKind::memory_slope: slo.bound = growth_bound(in); break;
  }
}

void parse_margin(Cursor& in, const Slo& slo, Versus& versus) {
  const bool is_share = slo.kind == MetricKind::error_rate;
  const std::string absolute = is_share ? "+1pp" : "+50ms";
  in.skip();
  const std::size_t begin = in.at();
  if (!in.take("+")) throw SloError(begin, "expected a margin, as in +10% or " + absolute);
  const Number number = number_of(in, is_share ? "+1pp" : "+50ms");
  const std::string_view unit = in.unit();
  std::optional<std::int64_t> value;
  const bool is_relative = unit == "%";
  if (is_relative) value = decimal(number.digits, 4);
  else if (is_share && unit == "pp") value = decimal(number.digits, 4);
  else if (!is_share && slo_text::is_duration_unit(unit))
    value = slo_text::duration(number.digits, unit);
  else throw SloError(number.unit_at, "expected % or the unit of a margin, as in " + absolute);

  constexpr std::int64_t kRelativeMax = 1'000 * kPpm;  // a thousandfold
  const bool is_too_large = is_relative ? value > kRelativeMax : is_share && value >= kPpm;
  if (!value || *value <= 0 || is_too_large)
    throw SloError(number.at, "expected a margin above 0 and within reason, as in +10% or " +
                                  absolute);
  if (is_relative ? versus.relative_ppm > 0 : versus.absolute > 0)
    throw SloError(begin, "a second margin of the same kind");
  if (is_relative) versus.relative_ppm = static_cast<std::uint32_t>(*value);
  else versus.absolute = *value;
}

}  // namespace harness
