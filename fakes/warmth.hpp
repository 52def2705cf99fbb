// Warmth: whether a model is loaded. Nobody asked it for a while: it has to be loaded again, and
// all who ask meanwhile wait for that. It is warm when the run begins. One clock.
#pragma once

#include <algorithm>

#include "fakes/load_config.hpp"

namespace fakes {

class Warmth {
 public:
  explicit Warmth(ColdStart config) : config_(config) {}

  // A request comes. How long it waits until the model is loaded.
  world::Nanos begin(world::Instant now) {
    const bool cold = config_.extra > world::Nanos{0} && active_ == 0 &&
                      now - idle_since_ >= config_.after;
    if (cold) warm_at_ = now + config_.extra;
    ++active_;
    return std::max(warm_at_ - now, world::Nanos{0});
  }

  void end(world::Instant now) {
    --active_;
    idle_since_ = now;
  }

 private:
  ColdStart config_;
  std::int64_t active_ = 0;
  world::Instant idle_since_{};
  world::Instant warm_at_{};
};

}  // namespace fakes
