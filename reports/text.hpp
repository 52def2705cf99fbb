// Text for people: quantities in words, and foreign text made harmless. Names, answers and errors
// come from targets and may hold anything (control characters, markup, broken UTF-8), so each
// writer passes them through the escape of its format. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reports/order_statistics.hpp"
#include "world/units.hpp"

namespace reports {

// Valid UTF-8: each broken byte becomes U+FFFD.
std::string valid_utf8(std::string_view text);

// One line without control, format or bidirectional characters: each is written as \xNN or
// \u{NNNN}.
std::string terminal_text(std::string_view text);

// For XML attributes and text; characters that XML 1.0 forbids become U+FFFD.
std::string xml_text(std::string_view text);

// One line of GitHub Markdown in which nothing is markup; safe in a table cell.
std::string markdown_text(std::string_view text);

// Code points of valid UTF-8: the columns of a terminal for the scripts that we print.
std::size_t width_of(std::string_view text);

// Breaks at blanks so that no line is longer than `columns`; a longer word is cut.
std::string wrapped(std::string_view text, std::size_t columns, std::string_view indent);

// "850ns", "1.5us", "812ms", "29.8s", "5m 12s", "2h 5m": at most three digits or two units.
std::string human_duration(world::Nanos duration);

// "8,819"
std::string human_count(std::uint64_t count);

// An interval as "1.15-1.31s", "950ms-1.1s", ">=1.15s", "<=1.31s" or "no bound";
// "1ms" when both ends read the same.
std::string human_bounds(const Bounds& bounds);

// A share as "0.13%", "38.2%", "100%".
std::string human_share(double share);

// "12KiB", "1.5MiB", "-3B".
std::string human_bytes(double bytes);

// A value as result.json has it (see SloResult::unit); `missing` when there is none.
std::string human_quantity(const std::optional<double>& value, std::string_view unit,
                           std::string_view missing);

// A number with at most `digits` significant digits, no trailing zeros: the same on any compiler
// when the doubles agree to one more digit.
std::string human_number(double value, int digits = 3);

// The double nearest to `value` with so many significant digits.
double rounded(double value, int digits);

// Exact milliseconds, and microsecond-rounded text "2.769" of .hlog.
double milliseconds(world::Nanos duration);
double seconds(world::Nanos duration);
std::string milliseconds_text(world::Nanos duration);

// "Sat Nov 21 09:01:14 UTC 2026" of seconds since 1970, by the proleptic Gregorian calendar.
std::string utc_date(std::int64_t unix_seconds);

}  // namespace reports
