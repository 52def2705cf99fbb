// DelayWatch: CoDel (Nichols, Jacobson 2012) as folly has it, for who can come again later: when
// nobody was let in with less than the target of delay for a whole interval, there is a standing
// line, and whoever has waited twice the target is turned away when the turn comes. One thread.
#pragma once

#include <algorithm>

#include "world/units.hpp"

namespace agent {

class DelayWatch {
 public:
  DelayWatch(world::Nanos target, world::Nanos interval) : target_(target), interval_(interval) {}

  // The turn of one has come after `waited`; whether it is turned away.
  bool turns_away(world::Nanos waited, world::Instant now) {
    if (target_ == world::Nanos{0}) return false;
    if (now >= interval_ends_) {
      standing_ = least_ > target_ && least_ != world::Nanos::max();
      least_ = world::Nanos::max();
      interval_ends_ = now + interval_;
    }
    least_ = std::min(least_, waited);
    return standing_ && waited > 2 * target_;
  }

 private:
  world::Nanos target_;
  world::Nanos interval_;
  world::Nanos least_ = world::Nanos::max();  // of this interval
  world::Instant interval_ends_ = world::Instant::min();
  bool standing_ = false;
};

}  // namespace agent
