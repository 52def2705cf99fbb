#include "harness/client/decimal.hpp"

#include <charconv>

namespace harness {

std::optional<world::Nanos> decimal(std::string_view text, world::Nanos unit) {
  constexpr world::Nanos kMost = std::chrono::hours(24 * 366);
  constexpr int kPlacesMax = 9;
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, whole);
  if (read.ec != std::errc() || whole < 0 || text.front() == '-') return std::nullopt;
  if (whole > kMost / unit) return std::nullopt;
  world::Nanos value = whole * unit;
  if (read.ptr == end) return value;
  if (*read.ptr != '.' || read.ptr + 1 == end) return std::nullopt;
  std::int64_t place = unit.count();
  int places = 0;
  for (const char* digit = read.ptr + 1; digit != end; ++digit) {
    if (*digit < '0' || *digit > '9') return std::nullopt;
    if (++places > kPlacesMax) continue;
    place /= 10;
    value += world::Nanos(place * (*digit - '0'));
  }
  return value;
}

}  // namespace harness
