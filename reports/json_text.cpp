#include "reports/json_text.hpp"

#include <charconv>

namespace reports {

namespace {

// value / 10^decimals as decimal text without trailing zeros. By hand: a run has millions of these.
void append_decimal(std::string& out, std::int64_t value, int decimals) {
  if (value < 0) out += '-';
  const auto magnitude =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::uint64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, magnitude / unit).ptr;
  out.append(static_cast<const char*>(digits), end);
  const std::uint64_t rest = magnitude % unit;
  if (rest == 0) return;
  // Leading zeros come out of a one in front of the fraction, which then becomes the point.
  std::to_chars(digits, digits + sizeof digits, unit + rest);
  digits[0] = '.';
  while (digits[decimals] == '0') --decimals;
  out.append(static_cast<const char*>(digits), static_cast<std::size_t>(decimals) + 1);
}

}  // namespace

void append_seconds(std::string& out, world::Instant t) {
  if (t == world::kNever) out += "null";
  else append_decimal(out, world::since_start(t).count(), 9);
}

void append_milliseconds(std::string& out, world::Nanos duration) {
  append_decimal(out, duration.count(), 6);
}

}  // namespace reports
