// AsioWait: a task waits for one Asio operation. For world/real_*.cpp only. The operation's handler
// calls finish(); the wait must outlive the operation, so it ends only when the handler has run.
#pragma once

#include <boost/system/error_code.hpp>
#include <functional>

#include "world/clock.hpp"

namespace world {

// Cancelling runs `cancel_operation`; the wait ends when the operation has.
class AsioWait final : public Wait {
 public:
  explicit AsioWait(Clock& clock) : clock_(clock) { mark = 8; }
  bool await_ready() const { return done_; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiter) {
    if (!attach(waiter)) on_cancel();
    force_attach();
    waiting_ = true;
    return true;
  }
  boost::system::error_code await_resume() const {
    throw_if_cancelled();
    return error_;
  }
  void finish(const boost::system::error_code& error) {
    error_ = error;
    done_ = true;
    if (waiting_) clock_.post(*this);
  }
  std::function<void()> cancel_operation;

 private:
  void on_cancel() override {
    if (cancel_operation && !done_) cancel_operation();
  }
  Clock& clock_;
  boost::system::error_code error_;
  bool done_ = false;
  bool waiting_ = false;
};

}  // namespace world
