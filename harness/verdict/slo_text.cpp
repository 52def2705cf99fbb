#include "harness/verdict/slo_text.hpp"

#include <algorithm>
#include <array>

#include "harness/scenario/errors.hpp"

namespace harness::slo_text {

namespace {

constexpr std::size_t kNameBytesMax = 64;

struct DurationUnit {
  std::string_view name;
  int decimals;         // of the unit that are whole nanoseconds
  std::int64_t factor;  // further
};
constexpr std::array<DurationUnit, 6> kDurationUnits{
    {{"ns", 0, 1}, {"us", 3, 1}, {"ms", 6, 1}, {"s", 9, 1}, {"m", 9, 60}, {"h", 9, 3600}}};

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
constexpr std::array<Unit, 3> kPerHour{{{"s", 3600}, {"min", 60}, {"h", 1}}};
constexpr std::array<Unit, 7> kBytes{{{"B", 1},
                                      {"kB", 1000},
                                      {"KiB", 1 << 10},
                                      {"MB", 1'000'000},
                                      {"MiB", 1 << 20},
                                      {"GB", 1'000'000'000},
                                      {"GiB", 1 << 30}}};

std::optional<std::int64_t> factor_of(std::span<const Unit> units, std::string_view name) {
  for (const Unit& unit : units)
    if (unit.name == name) return unit.factor;
  return std::nullopt;
}

}  // namespace

std::string suggestion(std::string_view wrong, std::span<const std::string_view> names) {
  std::size_t best = 1 + std::max<std::size_t>(1, wrong.size() / 3);
  std::string_view nearest;
  for (std::string_view name : names) {
    if (wrong.size() > kNameBytesMax) break;
    const std::size_t d = edit_distance(wrong, name);
    if (d < best) {
      best = d;
      nearest = name;
    }
  }
  if (!nearest.empty()) return " (did you mean " + std::string(nearest) + "?)";
  std::string all;
  for (std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  return all.empty() ? " (there are none)" : " (there are: " + all + ")";
}

std::optional<std::int64_t> decimal(std::string_view text, int decimals) {
  constexpr std::int64_t kMax = INT64_MAX / 10 - 1;
  const bool is_number = !text.empty() && is_digit(text.front()) && is_digit(text.back()) &&
                         std::count(text.begin(), text.end(), '.') <= 1;
  if (!is_number) return std::nullopt;
  const std::size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (fraction.size() > static_cast<std::size_t>(decimals)) return std::nullopt;
  fraction.resize(static_cast<std::size_t>(decimals), '0');
  std::int64_t value = 0;
  for (char c : digits + fraction) {
    if (value > kMax / 10) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool is_duration_unit(std::string_view unit) {
  return std::any_of(kDurationUnits.begin(), kDurationUnits.end(),
                     [&](const DurationUnit& row) { return row.name == unit; });
}

std::optional<std::int64_t> duration(std::string_view digits, std::string_view unit) {
  for (const DurationUnit& row : kDurationUnits) {
    if (row.name != unit) continue;
    const auto ns = decimal(digits, row.decimals);
    if (!ns || *ns > kDurationMax || *ns * row.factor > kDurationMax) return std::nullopt;
    return *ns * row.factor;
  }
  return std::nullopt;
}

std::optional<std::int64_t> per_hour(std::string_view unit) { return factor_of(kPerHour, unit); }

std::optional<std::int64_t> bytes_of(std::string_view unit) { return factor_of(kBytes, unit); }

}  // namespace harness::slo_text
