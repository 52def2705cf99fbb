#include "fakes/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "world/http.hpp"

namespace fakes {

using world::Nanos;

namespace {

constexpr Nanos kNothing{-1};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return {};
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return INT64_MAX;
  return number;
}

Nanos units(std::int64_t count, Nanos unit) {
  return count > kToldToWaitMax / unit ? kToldToWaitMax : count * unit;
}

// "Sun, 06 Nov 1994 08:49:37 GMT" as seconds since 1970; the older forms of dates are not read.
std::optional<std::int64_t> http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return {};
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = whole_number(text.substr(5, 2));
  const auto year = whole_number(text.substr(12, 4));
  const auto hour = whole_number(text.substr(17, 2));
  const auto minute = whole_number(text.substr(20, 2));
  const auto second = whole_number(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return {};
  const std::chrono::year_month_day date(
      std::chrono::year(static_cast<int>(*year)),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin() + 1)),
      std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return {};
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + *hour) * 60 + *minute) * 60 + *second;
}

}  // namespace

Nanos told_to_wait(std::string_view ms, std::string_view after, std::int64_t unix_ns) {
  if (const auto count = whole_number(trimmed(ms))) {
    return units(*count, std::chrono::milliseconds(1));
  }
  after = trimmed(after);
  if (const auto count = whole_number(after)) return units(*count, std::chrono::seconds(1));
  const auto date = http_date(after);
  if (!date) return kNothing;
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t seconds = *date - unix_ns / kSecond;
  if (seconds < 0) return kNothing;
  if (seconds > kToldToWaitMax.count() / kSecond) return kToldToWaitMax;
  const Nanos wait = Nanos(seconds * kSecond) - Nanos(unix_ns % kSecond);
  return wait < Nanos{0} ? kNothing : wait;
}

Nanos told_to_wait(std::string_view lines, std::int64_t unix_ns) {
  std::string_view ms, after;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
    const std::string_view line = lines.substr(0, end + 1);
    lines.remove_prefix(end + 1);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.remove_suffix(1);
    if (ms.empty() && world::same_name(name, "retry-after-ms")) ms = value;
    if (after.empty() && world::same_name(name, "retry-after")) after = value;
  }
  return told_to_wait(ms, after, unix_ns);
}

}  // namespace fakes
