#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace reports {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool is_valid = false;
};

// The code point at the beginning of a text that is not empty (Unicode 15, table 3-7).
CodePoint first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t value = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  const bool is_overlong = value < (length == 2 ? 0x80u : length == 3 ? 0x800u : 0x10000u);
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (is_overlong || is_surrogate || value > 0x10FFFF) return {};
  return {value, length, true};
}

// visit(code point, its bytes) for each; a broken byte is visited alone.
template <class Visit>
void for_each_code_point(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    const CodePoint point = first_of(text);
    visit(point, text.substr(0, point.bytes));
    text.remove_prefix(point.bytes);
  }
}

// Controls C0 and C1, DEL, line separators, and the characters that reorder or hide text.
bool is_unsafe(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x61C ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  for_each_code_point(text, [&](const CodePoint& point, std::string_view bytes) {
    out.append(point.is_valid ? bytes : kReplacement);
  });
  return out;
}

std::string terminal_text(std::string_view text) {
  std::string out;
  for_each_code_point(text, [&](const CodePoint& point, std::string_view bytes) {
    if (!point.is_valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
    } else if (point.value == '\n') {
      out += "\\n";
    } else if (point.value == '\t') {
      out += ' ';
    } else if (is_unsafe(point.value)) {
      const auto value = static_cast<std::uint32_t>(point.value);
      out += value < 0x80 ? fmt::format("\\x{:02x}", value) : fmt::format("\\u{{{:04x}}}", value);
    } else {
      out.append(bytes);
    }
  });
  return out;
}

std::string xml_text(std::string_view text) {
  std::string out;
  for_each_code_point(text, [&](const CodePoint& point, std::string_view bytes) {
    const char32_t c = point.value;
    const bool is_forbidden =
        !point.is_valid || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xFFFE ||
        c == 0xFFFF;
    if (is_forbidden) out.append(kReplacement);
    else if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (c == '\'') out += "&apos;";
    else if (c < 0x20 || (c >= 0x7F && c <= 0x9F))
      out += fmt::format("&#{};", static_cast<std::uint32_t>(c));
    else out.append(bytes);
  });
  return out;
}

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kMarkup = "\\`*_[]|~#$";
  std::string out;
  for (char c : terminal_text(text)) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '@' || c == ':') out += fmt::format("&#{};", static_cast<int>(c));
    else if (kMarkup.find(c) != std::string_view::npos) (out += '\\') += c;
    else out += c;
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

std::string wrapped(std::string_view text, std::size_t columns, std::string_view indent) {
  const std::size_t room = columns > indent.size() + 8 ? columns - indent.size() : 8;
  std::string out, line;
  std::size_t width = 0;
  const auto flush = [&] {
    if (!out.empty()) out += '\n';
    out.append(indent).append(line);
    line.clear();
    width = 0;
  };
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    std::string_view word = text.substr(0, blank);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    if (width != 0 && width + 1 + width_of(word) > room) flush();
    if (width != 0) line += ' ', ++width;
    for_each_code_point(word, [&](const CodePoint&, std::string_view bytes) {
      if (width == room) flush();
      line.append(bytes);
      ++width;
    });
  }
  flush();
  return out;
}

std::string human_duration(world::Nanos duration) {
  const std::int64_t ns = duration.count();
  if (ns < 0) return "-" + human_duration(-duration);
  struct Unit {
    std::int64_t ns;
    std::string_view name;
  };
  constexpr std::int64_t kMinute = 60'000'000'000;
  if (ns >= 2 * kMinute) {
    const std::int64_t s = (ns + 500'000'000) / 1'000'000'000;
    const std::int64_t h = s / 3600, m = s / 60 % 60;
    if (h > 0) return m == 0 ? fmt::format("{}h", h) : fmt::format("{}h {}m", h, m);
    return s % 60 == 0 ? fmt::format("{}m", m) : fmt::format("{}m {}s", m, s % 60);
  }
  constexpr std::array<Unit, 3> kUnits{{{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}}};
  for (const Unit& unit : kUnits)
    if (ns >= unit.ns)
      return human_number(static_cast<double>(ns) / static_cast<double>(unit.ns)) +
             std::string(unit.name);
  return ns == 0 ? "0" : fmt::format("{}ns", ns);
}

std::string human_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3;) digits.insert(i -= 3, ",");
  return digits;
}

std::string human_bounds(const Bounds& bounds) {
  if (!bounds.low && !bounds.high) return "no bound";
  if (!bounds.high) return ">=" + human_duration(*bounds.low);
  if (!bounds.low) return "<=" + human_duration(*bounds.high);
  const std::string low = human_duration(*bounds.low), high = human_duration(*bounds.high);
  if (low == high) return low;
  const auto number_end = [](const std::string& text) {
    return text.find_first_not_of("0123456789.");
  };
  const std::size_t low_end = number_end(low), high_end = number_end(high);
  const bool has_one_unit = low_end != std::string::npos && high_end != std::string::npos &&
                            low.substr(low_end) == high.substr(high_end);
  return (has_one_unit ? low.substr(0, low_end) : low) + "-" + high;
}

std::string human_share(double share) { return human_number(share * 100) + "%"; }

std::string human_bytes(double bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (std::abs(bytes) >= 1024 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return human_number(bytes) + std::string(kUnits[unit]);
}

std::string human_quantity(const std::optional<double>& value, std::string_view unit,
                           std::string_view missing) {
  if (!value) return std::string(missing);
  if (unit == "ratio") return human_share(*value);
  if (unit == "number") return human_number(*value);
  if (unit == "/s") return human_number(*value) + "/s";
  if (unit == "count") return human_count(static_cast<std::uint64_t>(std::max(0.0, *value)));
  if (unit == "bytes/h") return human_bytes(*value) + "/h";
  const double ns = unit == "ms" ? *value * 1e6 : *value * 1e9;
  return human_duration(world::Nanos(std::llround(ns)));
}

std::string human_number(double value, int digits) {
  if (std::abs(value) >= 1e6) return fmt::format("{:.{}e}", value, digits - 1);
  const double near = rounded(value, digits);
  std::string text = fmt::format("{:.{}f}", near, std::max(0, digits + 3));
  while (text.find('.') != std::string::npos && (text.back() == '0' || text.back() == '.')) {
    const bool was_point = text.back() == '.';
    text.pop_back();
    if (was_point) break;
  }
  return text == "-0" ? "0" : text;
}

double rounded(double value, int digits) {
  if (!std::isfinite(value)) return value;
  const std::string text = fmt::format("{:.{}e}", value, digits - 1);
  double out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out == 0 ? 0 : out;
}

double milliseconds(world::Nanos duration) { return static_cast<double>(duration.count()) / 1e6; }

double seconds(world::Nanos duration) { return static_cast<double>(duration.count()) / 1e9; }

std::string milliseconds_text(world::Nanos duration) {
  const std::int64_t us = (duration.count() + 500) / 1000;
  return fmt::format("{}.{:03}", us / 1000, us % 1000);
}

std::string utc_date(std::int64_t unix_seconds) {
  constexpr std::array<std::string_view, 7> kDays{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::int64_t s = std::max<std::int64_t>(0, unix_seconds);
  const std::int64_t days = s / 86'400;
  // Days since 0000-03-01, so that the leap day ends its year (Hinnant, "days_from_civil").
  const std::int64_t z = days + 719'468;
  const std::int64_t era = z / 146'097, doe = z % 146'097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const std::int64_t day = doy - (153 * mp + 2) / 5 + 1;
  const std::int64_t month = mp < 10 ? mp + 3 : mp - 9;
  const std::int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  const std::string_view weekday = kDays[static_cast<std::size_t>(days % 7)];
  const std::string_view month_name = kMonths[static_cast<std::size_t>(month - 1)];
  return fmt::format("{} {} {:02} {:02}:{:02}:{:02} UTC {}", weekday, month_name, day,
                     s / 3600 % 24, s / 60 % 60, s % 60, year);
}

}  // namespace reports
