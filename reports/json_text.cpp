#include "reports/json_text.hpp"

#include <fmt/format.h>

#include <iterator>

#include "reports/text.hpp"

namespace reports {

namespace {

// value / 10^decimals as decimal text without trailing zeros.
std::string decimal(std::int64_t value, int decimals) {
  const bool is_negative = value < 0;
  const auto magnitude =
      is_negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::uint64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  std::string text = fmt::format("{}{}", is_negative ? "-" : "", magnitude / unit);
  if (magnitude % unit == 0) return text;
  text += fmt::format(".{:0{}}", magnitude % unit, decimals);
  while (text.back() == '0') text.pop_back();
  return text;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (char c : valid_utf8(text)) {
    if (c == '"') out += "\\\"";
    else if (c == '\\') out += "\\\\";
    else if (c == '\n') out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    else out += c;
  }
  out += '"';
}

void append_seconds(std::string& out, world::Instant t) {
  if (t == world::kNever) out += "null";
  else out += decimal(world::since_start(t).count(), 9);
}

std::string milliseconds_exact(world::Nanos duration) { return decimal(duration.count(), 6); }

}  // namespace reports
