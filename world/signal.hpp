// Signal: tasks wait until somebody notifies. Waiters are served first come, first served. One
// clock.
#pragma once

#include "world/clock.hpp"

namespace world {

class Signal {
 public:
  explicit Signal(Clock& clock) : clock_(clock) {}
  ~Signal() { ENSURE(first_ == nullptr, "a signal died before its waiters"); }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  class SignalWait;
  [[nodiscard]] SignalWait wait();

  bool notify_one();  // false when nobody waits
  void notify_all() {
    while (notify_one()) {
    }
  }

 private:
  Clock& clock_;
  SignalWait* first_ = nullptr;
  SignalWait* last_ = nullptr;
};

class [[nodiscard]] Signal::SignalWait final : public Wait {
 public:
  explicit SignalWait(Signal& signal) : signal_(signal) { mark = 7; }
  bool await_ready() const { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiter) {
    if (!attach(waiter)) return false;
    previous_ = signal_.last_;
    (previous_ != nullptr ? previous_->next_ : signal_.first_) = this;
    signal_.last_ = this;
    return true;
  }
  void await_resume() const { throw_if_cancelled(); }

 private:
  friend class Signal;
  void unlink() {
    (previous_ != nullptr ? previous_->next_ : signal_.first_) = next_;
    (next_ != nullptr ? next_->previous_ : signal_.last_) = previous_;
    previous_ = next_ = nullptr;
  }
  void on_cancel() override {
    if (armed()) {  // already notified: it wakes, and throws; the notification is for the next
      signal_.notify_one();
      return;
    }
    unlink();
    signal_.clock_.post(*this);
  }
  Signal& signal_;
  SignalWait* previous_ = nullptr;
  SignalWait* next_ = nullptr;
};

inline Signal::SignalWait Signal::wait() { return SignalWait(*this); }

inline bool Signal::notify_one() {
  if (first_ == nullptr) return false;
  SignalWait* waiter = first_;
  waiter->unlink();
  clock_.post(*waiter);
  return true;
}

}  // namespace world
