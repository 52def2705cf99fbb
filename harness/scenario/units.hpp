// Quantities as they are written in scenarios: `30s`, `5/s`, `16KiB`, `5%`,
// `lognormal(p50=350ms, p99=2s)`. Decimal arithmetic is exact, in integers: what does not fit a
// nanosecond (a byte, a part per million) is refused, not rounded. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "world/distribution.hpp"
#include "world/field.hpp"
#include "world/units.hpp"

namespace harness {

// A value, or what is wrong: "must be a duration such as `30s`, not `30` (did you mean `30s`?)".
template <class T>
struct Parsed {
  std::optional<T> value;
  std::string problem;
};

Parsed<world::Nanos> parse_duration(std::string_view text);       // ns us ms s m h d
Parsed<world::Rate> parse_rate(std::string_view text);            // /s /min /h, to the nearest uHz
Parsed<std::int64_t> parse_size(std::string_view text);           // 200, 200k, 5M, 16KiB, 1MiB
Parsed<std::int64_t> parse_count(std::string_view text);          // 200, 200k, 5M
Parsed<std::int64_t> parse_share(std::string_view text);          // 5%, 0.1%: parts per million
Parsed<std::int64_t> parse_micro(std::string_view text);          // 1.1: millionths
Parsed<std::int64_t> parse_integer(std::string_view text);        // -5, 0, 200
Parsed<std::uint64_t> parse_seed(std::string_view text);          // 7, 0x9f3a
Parsed<std::int64_t> parse_quantity(std::string_view text, world::Unit unit);

// A distribution of durations (Unit::duration, in ns) or of counts (Unit::count). A bare value is a
// fixed one.
Parsed<world::Distribution> parse_distribution(std::string_view text, world::Unit unit);

// The same quantities as scenarios write them, exactly: 1500ms is "1500ms", 90s is "90s".
std::string format_duration(world::Nanos value);
std::string format_rate(world::Rate value);
std::string format_quantity(std::int64_t value, world::Unit unit);
std::string format_distribution(const world::Distribution& value, world::Unit unit);

}  // namespace harness
