// --start-at: an instant of the wall clock, as people and as schedulers write it.
#include <charconv>
#include <stdexcept>
#include <string_view>

#include "harness/run/segment.hpp"

namespace harness {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Reads a text from its front; whatever does not fit makes it bad.
struct Text {
  std::string_view rest;
  bool good = true;

  std::int64_t digits(std::size_t count) {
    std::int64_t value = 0;
    if (rest.size() < count) return fail();
    for (std::size_t i = 0; i < count; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return fail();
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return value;
  }
  bool take(std::string_view any_of) {
    if (rest.empty() || any_of.find(rest.front()) == std::string_view::npos) return false;
    rest.remove_prefix(1);
    return true;
  }
  void demand(std::string_view any_of) {
    if (!take(any_of)) fail();
  }
  // `.25` as nanoseconds; finer digits are passed over.
  std::int64_t fraction() {
    if (!take(".")) return 0;
    std::int64_t value = 0;
    std::int64_t unit = kSecond;
    if (rest.empty() || rest.front() < '0' || rest.front() > '9') return fail();
    while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
      unit /= 10;
      value += unit * (rest.front() - '0');
      rest.remove_prefix(1);
    }
    return value;
  }
  std::int64_t fail() {
    good = false;
    return 0;
  }
};

// Days from 1970-01-01 of a date of the Gregorian calendar (Howard Hinnant, days_from_civil).
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = year / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

std::int64_t days_in(std::int64_t year, std::int64_t month) {
  const std::int64_t next = month == 12 ? days_from_civil(year + 1, 1, 1)
                                        : days_from_civil(year, month + 1, 1);
  return next - days_from_civil(year, month, 1);
}

// RFC 3339, section 5.6. A leap second is not an instant of the clock that the run begins by.
std::int64_t rfc3339(Text& text) {
  const std::int64_t year = text.digits(4);
  text.demand("-");
  const std::int64_t month = text.digits(2);
  text.demand("-");
  const std::int64_t day = text.digits(2);
  text.demand("Tt ");
  const std::int64_t hour = text.digits(2);
  text.demand(":");
  const std::int64_t minute = text.digits(2);
  text.demand(":");
  const std::int64_t second = text.digits(2);
  const std::int64_t nanos = text.fraction();
  std::int64_t offset = 0;  // minutes east of UTC
  if (!text.take("Zz")) {
    const bool west = text.take("-");
    if (!west) text.demand("+");
    const std::int64_t hours = text.digits(2);
    text.demand(":");
    const std::int64_t minutes = text.digits(2);
    if (hours > 23 || minutes > 59) text.fail();
    offset = (hours * 60 + minutes) * (west ? -1 : 1);
  }
  if (!text.good || month < 1 || month > 12 || year < 1970 || year > 2200) return text.fail();
  if (day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 59)
    return text.fail();
  const std::int64_t minutes = (days_from_civil(year, month, day) * 24 + hour) * 60 + minute;
  return ((minutes - offset) * 60 + second) * kSecond + nanos;
}

std::int64_t unix_seconds(Text& text) {
  std::int64_t seconds = 0;
  std::size_t count = 0;
  while (count < 10 && !text.rest.empty() && text.rest.front() >= '0' && text.rest.front() <= '9') {
    seconds = seconds * 10 + text.digits(1);
    ++count;
  }
  if (count == 0 || seconds > 7'258'118'400) text.fail();  // the year 2200
  return seconds * kSecond + text.fraction();
}

}  // namespace

std::int64_t parse_start(const std::string& text) {
  Text reading{text};
  const bool is_date = text.size() > 4 && text[4] == '-';
  const std::int64_t nanos = is_date ? rfc3339(reading) : unix_seconds(reading);
  if (!reading.good || !reading.rest.empty()) {
    throw std::runtime_error("--start-at " + text +
                             ": an instant is written 2026-01-02T03:04:05Z, or in seconds since "
                             "1970 (as `date +%s` prints them)");
  }
  return nanos;
}

}  // namespace harness
