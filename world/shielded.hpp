// shielded(task, told): runs the task to its own end, also when the caller is cancelled meanwhile.
// Then `told` is called in that instant, so that the task may hurry, and Cancelled is thrown as
// soon as it has ended. For what must be brought to an end before its owner goes, as a process that
// runs: the task must end soon once it was told, as the caller's own end waits for it. One clock.
#pragma once

#include <functional>

#include "world/clock.hpp"

namespace world {

template <class T>
class [[nodiscard]] ShieldedWait final : public Wait {
 public:
  ShieldedWait(Task<T> task, std::function<void()> told)
      : task_(std::move(task)), told_(std::move(told)) {}

  bool await_ready() const { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiter) {
    if (!attach(waiter)) return false;  // cancelled before it began: nothing is begun
    started_ = true;
    if (task_.start(waiter, &inner_)) return true;
    detach();
    return false;
  }
  T await_resume() {
    if (!started_) throw Cancelled{};
    detach();
    if (!cancelled_) return task_.take();
    static_cast<void>(task_.take());  // what escaped it says more than that it was cancelled
    throw Cancelled{};
  }

 private:
  void on_cancel() override { told_(); }

  Strand inner_;
  Task<T> task_;
  std::function<void()> told_;  // notifies; must not resume the task itself
  bool started_ = false;
};

template <class T>
ShieldedWait<T> shielded(Task<T> task, std::function<void()> told) {
  return ShieldedWait<T>(std::move(task), std::move(told));
}

}  // namespace world
