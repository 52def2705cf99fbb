// What every arrival shape is given: the window to fill, the draws, and the class they are for.
#pragma once

#include <cstdint>

#include "world/random.hpp"
#include "world/units.hpp"

namespace harness {

constexpr std::int64_t kArrivalsMax = 10'000'000;  // of one plan; more is refused, not cut
constexpr std::int64_t kRateMax = 1'000'000'000'000;  // uHz: a million a second
constexpr std::int64_t kArrivalWindowMax = 31LL * 86'400 * 1'000'000'000;  // ns: 31 days

struct ArrivalWindow {
  world::Instant from;
  world::Instant to;  // arrivals lie in [from, to)
  world::Random random;
  std::uint64_t entity;  // of the class: entity_of(its name)
};

}  // namespace harness
