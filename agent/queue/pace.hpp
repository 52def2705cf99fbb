// Pace: at what intervals somebody who has a line is served, of late: time in which more waited,
// over how often it was served in it, with a half-life. It knows what a look ahead cannot: that
// others will come in, too. One thread.
#pragma once

#include "agent/queue/half_life.hpp"

namespace agent {

class Pace {
 public:
  static constexpr world::Nanos kHalfLife = std::chrono::seconds(20);
  static constexpr double kServedMin = 2.0;  // before that nothing is known

  // It was served; more wait, or nobody does.
  void served(world::Instant now, bool more_wait) {
    if (since_ != world::kNever) {
      const double left = share_left(now - since_, kHalfLife);
      time_ = time_ * left + static_cast<double>((now - since_).count());
      served_ = served_ * left + 1.0;
    }
    since_ = more_wait ? now : world::kNever;
  }
  // Who waited has left.
  void rest() { since_ = world::kNever; }

  // The mean interval; 0 when it is not known.
  world::Nanos interval() const {
    if (served_ < kServedMin) return world::Nanos{0};
    return world::Nanos(static_cast<std::int64_t>(time_ / served_));
  }

 private:
  world::Instant since_ = world::kNever;  // it was served last, and has had a line since
  double time_ = 0;                       // ns
  double served_ = 0;
};

}  // namespace agent
