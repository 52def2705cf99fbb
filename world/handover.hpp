// Handover: values told on one thread and taken on another, in the order in which they were told,
// with the instant up to which everything has been told. The one lock between two loops, held for
// as long as one value is moved or two vectors are swapped. At most `waiting_max` values wait; what
// comes beyond is refused and counted, so a taker that has stopped costs memory that is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "world/units.hpp"

namespace world {

template <class T>
class Handover {
 public:
  explicit Handover(std::size_t waiting_max) : waiting_max_(waiting_max) {}

  // The telling thread. False: there was no room, and the value is lost.
  bool give(T value) {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (waiting_.size() >= waiting_max_) {
      ++lost_;
      return false;
    }
    waiting_.push_back(std::move(value));
    return true;
  }

  // The telling thread: everything before this instant has been given.
  void speak(Instant upto) {
    const std::lock_guard<std::mutex> guard(mutex_);
    upto_ = upto;
  }

  // The taking thread: what was given since the last time replaces `into`, whose room is used
  // again. Returns the last instant spoken; Instant::min() before the first.
  Instant take(std::vector<T>& into) {
    into.clear();
    const std::lock_guard<std::mutex> guard(mutex_);
    waiting_.swap(into);
    return upto_;
  }

  // Values that found no room. Any thread.
  std::uint64_t lost() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return lost_;
  }

 private:
  const std::size_t waiting_max_;
  mutable std::mutex mutex_;
  std::vector<T> waiting_;
  Instant upto_ = Instant::min();
  std::uint64_t lost_ = 0;
};

}  // namespace world
