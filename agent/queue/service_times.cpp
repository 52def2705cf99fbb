#include "agent/queue/service_times.hpp"

#include <algorithm>

#include "agent/queue/half_life.hpp"

namespace agent {

using world::Instant;
using world::Nanos;

void ServiceTimes::note(Nanos took, Instant now) {
  weight_ = weight_ * share_left(now - at_, kHalfLife) + 1.0;
  at_ = now;
  mean_ += Nanos(static_cast<std::int64_t>(static_cast<double>((took - mean_).count()) / weight_));
  last_[count_++ % kLast] = took;
  std::array<Nanos, kLast> sorted = last_;
  const std::size_t known = std::min<std::size_t>(count_, kLast);
  std::nth_element(sorted.begin(), sorted.begin() + known / 2, sorted.begin() + known);
  median_ = sorted[known / 2];
}

}  // namespace agent
