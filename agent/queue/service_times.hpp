// ServiceTimes: how long requests have taken of late: a mean that forgets half of what it knows
// every kHalfLife, so that it follows a provider that gets slow or well again, and a median of the
// last kLast, which one slow answer does not move. A guess counts as the first one. One thread.
#pragma once

#include <array>
#include <cstdint>

#include "world/units.hpp"

namespace agent {

class ServiceTimes {
 public:
  static constexpr world::Nanos kHalfLife = std::chrono::seconds(60);
  static constexpr std::size_t kLast = 32;

  explicit ServiceTimes(world::Nanos guess) : mean_(guess), median_(guess) {}

  void note(world::Nanos took, world::Instant now);

  bool known() const { return count_ > 0; }
  world::Nanos mean() const { return mean_; }
  world::Nanos median() const { return median_; }

 private:
  world::Nanos mean_;
  world::Nanos median_;
  std::array<world::Nanos, kLast> last_{};
  std::uint64_t count_ = 0;
  double weight_ = 1;  // of what the mean knows, in requests, as of `at_`
  world::Instant at_{};
};

}  // namespace agent
