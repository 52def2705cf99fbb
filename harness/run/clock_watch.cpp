#include "harness/run/clock_watch.hpp"

#include <algorithm>
#include <cstdlib>

namespace harness {

using world::Nanos;

void ClockWatch::look(const world::RealClock::Readings& now) {
  if (!first_) {
    first_ = last_ = now;
    return;
  }
  const auto apart = [&now](const world::RealClock::Readings& then) {
    return Nanos(std::abs((now.wall - then.wall) - (now.steady - then.steady)));
  };
  facts_.wall_jump = std::max(facts_.wall_jump, apart(last_));
  facts_.wall_drift = std::max(facts_.wall_drift, apart(*first_));
  facts_.suspended = Nanos((now.boot - first_->boot) - (now.steady - first_->steady));
  facts_.watched = Nanos(now.steady - first_->steady);
  last_ = now;
}

void ClockWatch::woke(std::int64_t due, std::int64_t now) {
  facts_.loop_stall = std::max(facts_.loop_stall, Nanos(now - due));
}

}  // namespace harness
