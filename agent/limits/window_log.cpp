#include "agent/limits/window_log.hpp"

#include <algorithm>

namespace agent {

using world::Instant;
using world::Nanos;

std::size_t WindowLog::count(Instant now, Nanos window) {
  while (size_ > 0 && at(0) + window <= now) {
    head_ = (head_ + 1) % ring_.size();
    --size_;
  }
  return size_;
}

Instant WindowLog::next_at(Instant now, Nanos window, std::size_t limit, std::size_t ahead) {
  if (limit == 0) return world::kNever;
  // Number n of all, from the oldest in the ring on, may come when number n - limit has left. If
  // that is one of those ahead, it comes, and leaves, one window after the one before it.
  std::size_t n = count(now, window) + ahead;
  Nanos later{0};
  while (n >= limit + size_) {
    n -= limit;
    later += window;
  }
  return (n < limit ? now : at(n - limit) + window) + later;
}

void WindowLog::add(Instant now) {
  if (size_ == ring_.size()) {
    std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(head_), ring_.end());
    head_ = 0;
    ring_.resize(std::max<std::size_t>(4, 2 * size_));
  }
  ring_[(head_ + size_) % ring_.size()] = now;
  ++size_;
}

}  // namespace agent
