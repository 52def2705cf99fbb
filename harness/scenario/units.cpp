#include "harness/scenario/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

#include "harness/scenario/call.hpp"
#include "harness/scenario/errors.hpp"

namespace harness {
namespace {

using world::Unit;

__extension__ typedef __int128 Wide;

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

struct Suffix {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array<Suffix, 7> kDurations = {{{"ns", 1},
                                               {"us", 1'000},
                                               {"ms", 1'000'000},
                                               {"s", 1'000'000'000},
                                               {"m", 60'000'000'000},
                                               {"h", 3'600'000'000'000},
                                               {"d", 86'400'000'000'000}}};
constexpr std::array<Suffix, 3> kCounts = {{{"", 1}, {"k", 1'000}, {"M", 1'000'000}}};
constexpr std::array<Suffix, 7> kSizes = {{{"", 1},
                                           {"k", 1'000},
                                           {"M", 1'000'000},
                                           {"G", 1'000'000'000},
                                           {"KiB", 1 << 10},
                                           {"MiB", 1 << 20},
                                           {"GiB", 1 << 30}}};
constexpr std::array<Suffix, 1> kShares = {{{"%", 10'000}}};
constexpr std::array<Suffix, 1> kMicros = {{{"", 1'000'000}}};

// Other spellings that people write, for suggestions.
struct Alias {
  std::string_view written, meant;
};
constexpr std::array<Alias, 26> kAliases = {
    {{"sec", "s"},      {"secs", "s"},      {"second", "s"}, {"seconds", "s"}, {"S", "s"},
     {"msec", "ms"},    {"millis", "ms"},   {"min", "m"},    {"mins", "m"},    {"minute", "m"},
     {"minutes", "m"},  {"hour", "h"},      {"hours", "h"},  {"hr", "h"},      {"day", "d"},
     {"days", "d"},     {"usec", "us"},     {"kB", "k"},     {"KB", "k"},      {"K", "k"},
     {"MB", "M"},       {"GB", "G"},        {"kb", "k"},     {"mb", "M"},      {"percent", "%"},
     {"kib", "KiB"}}};

// The number at the front of a text as digits x 10^-decimals; false if there is none or it is huge.
struct Number {
  std::int64_t digits = 0;
  int decimals = 0;
  std::string_view rest;
};

bool take_number(std::string_view text, Number& number) {
  std::size_t i = 0;
  bool any = false, point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point && any) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    if (number.digits > (kMax - 9) / 10) return false;
    number.digits = number.digits * 10 + (c - '0');
    number.decimals += point ? 1 : 0;
    any = true;
  }
  if (!any || text[i - 1] == '.') return false;
  number.rest = trimmed(text.substr(i));
  return true;
}

// digits x 10^-decimals x factor, or nothing if it is not a whole number or too large.
std::optional<std::int64_t> scale(const Number& number, std::int64_t factor) {
  Wide value = static_cast<Wide>(number.digits) * factor;
  for (int i = 0; i < number.decimals; ++i) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  if (value > kMax) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::string quoted(std::string_view text) { return "`" + excerpt(text) + "`"; }

std::string meant(std::string_view digits, std::string_view suffix) {
  return " (did you mean `" + std::string(digits) + std::string(suffix) + "`?)";
}

// `what` is a noun with an example; `bare` is the suffix to suggest when there is none.
Parsed<std::int64_t> parse_suffixed(std::string_view text, std::span<const Suffix> suffixes,
                                    const std::string& what, std::string_view bare) {
  text = trimmed(text);
  const std::string wrong = "must be " + what + ", not " + quoted(text);
  Number number;
  if (!take_number(text, number)) return {std::nullopt, wrong};
  const std::string_view digits =
      trimmed(text.substr(0, text.size() - number.rest.size()));
  for (const Suffix& suffix : suffixes) {
    if (suffix.name != number.rest) continue;
    const auto value = scale(number, suffix.factor);
    if (!value) return {std::nullopt, wrong + ", which is too large or too fine"};
    return {value, ""};
  }
  if (number.rest.empty()) return {std::nullopt, wrong + meant(digits, bare)};
  for (const Alias& alias : kAliases) {
    const bool known = std::any_of(suffixes.begin(), suffixes.end(),
                                   [&](const Suffix& s) { return s.name == alias.meant; });
    if (alias.written == number.rest && known) {
      return {std::nullopt, wrong + meant(digits, alias.meant)};
    }
  }
  return {std::nullopt, wrong};
}

}  // namespace

Parsed<world::Nanos> parse_duration(std::string_view text) {
  auto parsed = parse_suffixed(text, kDurations, "a duration such as `30s`", "s");
  if (!parsed.value) return {std::nullopt, parsed.problem};
  return {world::Nanos(*parsed.value), ""};
}

Parsed<world::Rate> parse_rate(std::string_view text) {
  text = trimmed(text);
  const std::string wrong = "must be a rate such as `10/s`, not " + quoted(text);
  Number number;
  if (!take_number(text, number)) return {std::nullopt, wrong};
  const std::string_view digits = trimmed(text.substr(0, text.size() - number.rest.size()));
  struct Per {
    std::string_view name;
    std::int64_t seconds;
  };
  for (const Per& per : {Per{"/s", 1}, Per{"/min", 60}, Per{"/h", 3'600}, Per{"/d", 86'400}}) {
    if (per.name != number.rest) continue;
    const auto micro = scale(number, 1'000'000);
    if (!micro) return {std::nullopt, wrong + ", which is too large or too fine"};
    // The one rounding of this file: 10/h is 2777.78 uHz. Half up.
    return {world::Rate{*micro / per.seconds + (*micro % per.seconds * 2 >= per.seconds ? 1 : 0)},
            ""};
  }
  if (number.rest.empty() || number.rest == "rps" || number.rest == "qps" ||
      number.rest == "/sec" || number.rest == "/second" || number.rest == "Hz") {
    return {std::nullopt, wrong + meant(digits, "/s")};
  }
  if (number.rest == "/m" || number.rest == "/minute" || number.rest == "rpm") {
    return {std::nullopt, wrong + meant(digits, "/min")};
  }
  if (number.rest == "/hour") return {std::nullopt, wrong + meant(digits, "/h")};
  return {std::nullopt, wrong};
}

Parsed<std::int64_t> parse_size(std::string_view text) {
  return parse_suffixed(text, kSizes, "a size such as `200k` or `16KiB`", "k");
}

Parsed<std::int64_t> parse_count(std::string_view text) {
  return parse_suffixed(text, kCounts, "a count such as `200` or `5k`", "");
}

Parsed<std::int64_t> parse_share(std::string_view text) {
  auto parsed = parse_suffixed(text, kShares, "a percentage such as `5%`", "%");
  if (!parsed.value) {
    // 0.3 is more likely a third of one than of a hundredth.
    Number number;
    if (take_number(trimmed(text), number) && number.rest.empty()) {
      const auto ppm = scale(number, 1'000'000);
      if (ppm && *ppm <= 1'000'000) {
        return {std::nullopt, "must be a percentage such as `5%`, not " + quoted(trimmed(text)) +
                                  " (did you mean `" + format_quantity(*ppm, Unit::ppm) + "`?)"};
      }
    }
    return parsed;
  }
  if (*parsed.value > 1'000'000) {
    return {std::nullopt, "must be at most `100%`, not " + quoted(trimmed(text))};
  }
  return parsed;
}

Parsed<std::int64_t> parse_micro(std::string_view text) {
  return parse_suffixed(text, kMicros, "a number such as `1.1`", "");
}

Parsed<std::int64_t> parse_integer(std::string_view text) {
  text = trimmed(text);
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) {
    return {std::nullopt, "must be a whole number such as `5`, not " + quoted(text)};
  }
  return {value, ""};
}

Parsed<std::uint64_t> parse_seed(std::string_view text) {
  text = trimmed(text);
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = hex ? text.substr(2) : text;
  std::uint64_t value = 0;
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  if (error != std::errc{} || stop != digits.data() + digits.size()) {
    return {std::nullopt, "must be a seed such as `7` or `0x9f3a`, not " + quoted(text)};
  }
  return {value, ""};
}

Parsed<std::int64_t> parse_quantity(std::string_view text, Unit unit) {
  switch (unit) {
    case Unit::plain: return parse_integer(text);
    case Unit::duration: {
      auto parsed = parse_duration(text);
      if (!parsed.value) return {std::nullopt, parsed.problem};
      return {parsed.value->count(), ""};
    }
    case Unit::count: return parse_count(text);
    case Unit::bytes: return parse_size(text);
    case Unit::ppm: return parse_share(text);
    case Unit::micro: return parse_micro(text);
  }
  return {std::nullopt, "has no unit"};
}

namespace {

std::string format_suffixed(std::int64_t value, std::span<const Suffix> suffixes) {
  if (value == 0) return "0" + std::string(suffixes.front().name);
  for (auto suffix = suffixes.rbegin(); suffix != suffixes.rend(); ++suffix) {
    if (value % suffix->factor == 0) {
      return std::to_string(value / suffix->factor) + std::string(suffix->name);
    }
  }
  return std::to_string(value);
}

// value / 10^digits without trailing zeros.
std::string format_decimal(std::int64_t value, int digits) {
  std::string text = std::to_string(value);
  if (text.size() <= static_cast<std::size_t>(digits)) {
    text.insert(0, static_cast<std::size_t>(digits) + 1 - text.size(), '0');
  }
  text.insert(text.size() - static_cast<std::size_t>(digits), ".");
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string format_duration(world::Nanos value) {
  if (value.count() == 0) return "0s";
  // Up to seconds only, then minutes and hours when they are whole: 90s, 5m, 1500ms.
  return format_suffixed(value.count(), kDurations);
}

std::string format_rate(world::Rate value) {
  const std::int64_t micro = value.micro_hz;
  if (micro % 1'000'000 == 0) return std::to_string(micro / 1'000'000) + "/s";
  if (micro * 60 % 1'000'000 == 0) return std::to_string(micro * 60 / 1'000'000) + "/min";
  return format_decimal(micro, 6) + "/s";
}

std::string format_quantity(std::int64_t value, Unit unit) {
  switch (unit) {
    case Unit::plain:
    case Unit::count: return std::to_string(value);
    case Unit::duration: return format_duration(world::Nanos(value));
    case Unit::bytes: {
      const std::span<const Suffix> sizes(kSizes);
      return value % 1'024 == 0 && value > 0 ? format_suffixed(value, sizes.subspan(4))
                                             : format_suffixed(value, sizes.first(4));
    }
    case Unit::ppm: return format_decimal(value, 4) + "%";
    case Unit::micro: return format_decimal(value, 6);
  }
  return "";
}

}  // namespace harness
