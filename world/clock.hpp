// Clock, the port of time: what time it is, and waking up later. SimClock jumps from event to
// event; RealClock follows the machine's steady clock, optionally scaled. Wall time is apart: it
// may jump. Everything on one clock runs on one thread, in (time, sequence) order.
#pragma once

#include "world/task.hpp"
#include "world/units.hpp"

namespace world {

class Sleep;

class Clock {
 public:
  virtual ~Clock() = default;

  virtual Instant now() const = 0;

  // Nanoseconds since 1970 UTC. For headers and logs; never for measuring.
  virtual std::int64_t unix_nanos() const = 0;

  // Fires the event at the instant (at once, after what is already due, when it has passed).
  virtual void arm(Event& event, Instant at) = 0;
  virtual void disarm(Event& event) = 0;
  void post(Event& event) { arm(event, Instant::min()); }

  [[nodiscard]] Sleep sleep_until(Instant at);
  [[nodiscard]] Sleep sleep(Nanos duration);
};

class [[nodiscard]] Sleep final : public Wait {
 public:
  Sleep(Clock& clock, Instant at) : clock_(clock), at_(at) { mark = 1; }

  bool await_ready() const { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiter) {
    if (!attach(waiter)) return false;
    if (at_ != kNever) clock_.arm(*this, at_);
    return true;
  }
  void await_resume() const { throw_if_cancelled(); }

 private:
  void on_cancel() override {
    clock_.disarm(*this);
    clock_.post(*this);
  }
  Clock& clock_;
  Instant at_;
};

inline Sleep Clock::sleep_until(Instant at) { return Sleep(*this, at); }
inline Sleep Clock::sleep(Nanos duration) {
  const Instant from = now();
  const bool past_the_end = duration > Nanos(0) && since_start(from) > Nanos::max() - duration;
  return Sleep(*this, past_the_end ? kNever : from + duration);
}

}  // namespace world
