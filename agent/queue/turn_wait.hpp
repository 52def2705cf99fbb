// TurnWait: one who waits in a line until it is granted something. It lives in the frame of the
// waiting coroutine, and the line holds its address; whoever grants sets `granted`, once, or turns
// it away. What was granted to one who was cancelled before it woke is the owner's to give back.
// One clock.
#pragma once

#include "world/signal.hpp"

namespace agent {

class TurnWait {
 public:
  explicit TurnWait(world::Clock& clock) : signal_(clock) {}

  void grant() {
    granted_ = true;
    signal_.notify_one();
  }
  bool granted() const { return granted_; }

  void turn_away() {
    away_ = true;
    signal_.notify_one();
  }

  // Completes when it is granted, or, with false, turned away. May be cancelled, as by a deadline,
  // and begun again.
  world::Task<bool> wait() {
    while (!granted_ && !away_) co_await signal_.wait();
    co_return granted_;
  }

 private:
  world::Signal signal_;
  bool granted_ = false;
  bool away_ = false;
};

}  // namespace agent
