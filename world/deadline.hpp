// with_deadline(clock, at, task): the task's value, or nothing if the instant came first. The task
// is cancelled at the deadline and has ended when this returns. Cancelling the caller cancels the
// task. With `put_off`, which outlives the wait, the instant is asked when it has come: a later one
// that it gives is the deadline then.
#pragma once

#include <functional>
#include <optional>

#include "world/clock.hpp"

namespace world {

using PutOff = std::function<Instant()>;

template <class T>
class [[nodiscard]] DeadlineWait final : public Wait {
 public:
  DeadlineWait(Clock& clock, Instant at, Task<T> task, const PutOff* put_off)
      : alarm_(inner_, clock, put_off), clock_(clock), at_(at), task_(std::move(task)) {}
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
    Alarm(Strand& s, Clock& c, const PutOff* p) : strand(s), clock(c), put_off(p) { mark = 2; }
    void fire() override {
      const Instant later = put_off == nullptr ? Instant::min() : (*put_off)();
      if (later > clock.now()) {
        clock.arm(*this, later);
        return;
      }
      rang = true;
      strand.cancel();
    }
    Strand& strand;
    Clock& clock;
    const PutOff* put_off;
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
DeadlineWait<T> with_deadline(Clock& clock, Instant at, Task<T> task,
                              const PutOff* put_off = nullptr) {
  return DeadlineWait<T>(clock, at, std::move(task), put_off);
}

}  // namespace world
