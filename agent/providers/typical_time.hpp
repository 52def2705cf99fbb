// TypicalTime: what a call usually takes, against which slow ones are told. Within a stretch of
// time it is a running median (each call moves it by at most an eighth of itself); over stretches
// it moves by one part in `patience` of the difference, so that a service that gets slower over
// minutes is not taken for usual. Plain data; one thread.
#pragma once

#include <algorithm>
#include <cstdint>

#include "world/units.hpp"

namespace agent {

class TypicalTime {
 public:
  explicit TypicalTime(std::int64_t patience = 16) : patience_(patience) {}

  // `stretch` is the number of the stretch of time in which the call ended; they only grow.
  void add(world::Nanos took, std::int64_t stretch) {
    if (stretch != stretch_) {
      if (stretch_ >= 0) {
        known_ = known_ == world::Nanos{0} ? now_ : known_ + (now_ - known_) / patience_;
      }
      stretch_ = stretch;
    }
    if (now_ == world::Nanos{0}) now_ = took;
    const world::Nanos step = std::max(world::Nanos{1}, now_ / 8);
    now_ += std::clamp(took - now_, -step, step);
  }

  // Zero: not known yet.
  world::Nanos value() const { return known_ == world::Nanos{0} ? now_ : known_; }

 private:
  std::int64_t patience_;
  world::Nanos known_{0};  // over the stretches before
  world::Nanos now_{0};    // in this one
  std::int64_t stretch_ = -1;
};

}  // namespace agent
