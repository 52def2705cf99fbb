// Gcra: the generic cell rate algorithm (ITU-T I.371; as a leaky bucket, one instant per key). On
// average one unit per interval, up to `burst` at once. A key's whole state is its theoretical
// arrival time (TAT), when the bucket will be full again; once that has passed, nothing is worth
// remembering. Integer nanoseconds, so it is exact. Pure; any thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "world/units.hpp"

namespace agent {

class Gcra {
 public:
  struct State {
    world::Instant tat{};
    bool idle(world::Instant now) const { return tat <= now; }  // as if it had never been used
  };

  // `limit` units in each `period`, both above 0, and at least one at once. The interval is rounded
  // up: what is admitted is never more than was said.
  constexpr Gcra(std::int64_t limit, world::Nanos period, std::int64_t burst)
      : interval_((period.count() + limit - 1) / limit),
        burst_(std::clamp<std::int64_t>(burst, 1, kReachMax / interval_)) {}

  constexpr world::Nanos interval() const { return world::Nanos(interval_); }
  constexpr std::int64_t burst() const { return burst_; }

  // When so many units may be taken: now or before, if they may. What is larger than the bucket
  // takes a full one.
  world::Instant next_at(const State& state, std::int64_t units = 1) const {
    return state.tat - world::Nanos((burst_ - std::min(units, burst_)) * interval_);
  }
  bool allows(const State& state, world::Instant now, std::int64_t units = 1) const {
    return next_at(state, units) <= now;
  }

  // Takes them, allowed or not. What is owed has an end, too: kNever.
  void take(State& state, world::Instant now, std::int64_t units = 1) const {
    const world::Instant from = std::max(now, state.tat);
    state.tat = from > world::kNever - worth(units) ? world::kNever : from + worth(units);
  }
  // Gives back what was taken too much, for owners that reserve an estimate.
  void give_back(State& state, std::int64_t units) const {
    state.tat = std::max(world::Instant{}, state.tat - worth(units));
  }

  // How many units could be taken at once now.
  std::int64_t remaining(const State& state, world::Instant now) const {
    if (state.idle(now)) return burst_;
    const std::int64_t owed = (state.tat - now).count();
    const std::int64_t units = owed / interval_ + (owed % interval_ > 0 ? 1 : 0);
    return std::max<std::int64_t>(0, burst_ - units);
  }
  // Until the bucket is full again.
  world::Nanos full_in(const State& state, world::Instant now) const {
    return std::max(world::Nanos{0}, state.tat - now);
  }

 private:
  static constexpr std::int64_t kReachMax = std::int64_t{1} << 61;  // ns, far from any overflow

  world::Nanos worth(std::int64_t units) const {
    return world::Nanos(std::min(units, burst_) * interval_);
  }

  std::int64_t interval_;  // ns
  std::int64_t burst_;
};

}  // namespace agent
