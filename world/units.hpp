// Quantities as types: durations, instants of scenario time, rates.
// Scenario time is what phases, plans and latencies are written in: virtual in sim, wall time times
// the time scale in live. An Instant counts nanoseconds since the run began.
#pragma once

#include <chrono>
#include <cstdint>

namespace world {

using Nanos = std::chrono::nanoseconds;

struct ScenarioTime {  // a tag; only world/ can say what time it is (see Clock)
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Nanos;
  using time_point = std::chrono::time_point<ScenarioTime, Nanos>;
  static constexpr bool is_steady = true;
};
using Instant = ScenarioTime::time_point;

constexpr Instant at(Nanos since_start) { return Instant(since_start); }
constexpr Nanos since_start(Instant t) { return t.time_since_epoch(); }
constexpr Instant kNever = Instant::max();

// Events per time as an exact integer: micro-events per second (5/s is 5'000'000).
struct Rate {
  std::int64_t micro_hz = 0;

  static constexpr Rate per_second(std::int64_t n) { return {n * 1'000'000}; }
  friend constexpr auto operator<=>(Rate, Rate) = default;
};

}  // namespace world
