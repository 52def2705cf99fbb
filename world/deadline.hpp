// with_deadline(clock, at, task): the task's value, or nothing if the instant came first. The task
// is cancelled at the deadline and has ended when this returns. Cancelling the caller cancels the
// task.
#pragma once

#include <optional>

#include "world/clock.hpp"

namespace world {

template <class T>
class [[nodiscard]] DeadlineWait final : public Wait {
 public:
  DeadlineWait(Clock& clock, Instant at, Task<T> task)
      : alarm_(inner_), clock_(clock), at_(at), task_(std::move(task)) {}
  ~DeadlineWait() { clock_.disarm(alarm_); }

  bool await_ready() const { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiter) {
    if (!attach(waiter)) return false;
    started_ = true;
    if (!task_.start(waiter, &inner_)) {
      detach();
      return false;
    }
    if (at_ != kNever) clock_.arm(alarm_, at_);
    return true;
  }

  std::optional<T> await_resume() {
    if (!started_) throw Cancelled{};
    detach();
    clock_.disarm(alarm_);
    try {
      return std::optional<T>(task_.take());
    } catch (const Cancelled&) {
      if (alarm_.rang && !cancelled_) return std::nullopt;
      throw;
    }
  }

 private:
  struct Alarm final : Event {
    explicit Alarm(Strand& s) : strand(s) { mark = 2; }
    void fire() override {
      rang = true;
      strand.cancel();
    }
    Strand& strand;
    bool rang = false;
  };

  void on_cancel() override { inner_.cancel(); }

  Strand inner_;
  Alarm alarm_;
  Clock& clock_;
  Instant at_;
  Task<T> task_;
  bool started_ = false;
};

template <class T>
DeadlineWait<T> with_deadline(Clock& clock, Instant at, Task<T> task) {
  return DeadlineWait<T>(clock, at, std::move(task));
}

}  // namespace world
