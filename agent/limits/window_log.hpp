// WindowLog: a sliding window, exact: the instants of what was admitted, in a ring that grows only
// as far as it is needed. Its owner adds nothing beyond its limit, so the ring is never longer than
// that. An instant lies in the window until it is exactly as old as the window is long. One clock.
#pragma once

#include <vector>

#include "world/units.hpp"

namespace agent {

class WindowLog {
 public:
  // How many lie in (now - window, now]. Older ones are forgotten: `now` must not go back.
  std::size_t count(world::Instant now, world::Nanos window);

  // When one more may be admitted so that no window holds more than `limit`, if `ahead` others come
  // first, each as early as it can. `now`: at once. Never when the limit is 0.
  world::Instant next_at(world::Instant now, world::Nanos window, std::size_t limit,
                         std::size_t ahead = 0);

  void add(world::Instant now);  // not before the last one

  std::size_t size() const { return size_; }

 private:
  world::Instant at(std::size_t i) const { return ring_[(head_ + i) % ring_.size()]; }

  std::vector<world::Instant> ring_;
  std::size_t head_ = 0;  // the oldest
  std::size_t size_ = 0;
};

}  // namespace agent
