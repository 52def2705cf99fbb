// LoopThread: a thread with its own RealClock, running one function. The only place that names a
// thread. It is joined at the latest when it is destroyed; an exception of the function comes out
// of join(). Values cross between loops only through what the function was given.
#pragma once

#include <exception>
#include <functional>
#include <thread>

#include "world/real_clock.hpp"

namespace world {

class LoopThread {
 public:
  // The function runs the clock itself (clock.run(task)), as often as it likes.
  LoopThread(RealClockOptions options, std::function<void(RealClock&)> body)
      : clock_(options), body_(std::move(body)), thread_([this] { run(); }) {}

  // Interrupts what the clock runs, and joins.
  ~LoopThread() {
    interrupt();
    if (thread_.joinable()) thread_.join();
  }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  // Cancels what the clock runs now or later. From any thread.
  void interrupt() { clock_.interrupt(); }

  // From any thread: see RealClock::restart.
  void restart(std::int64_t origin) { clock_.restart(origin); }

  // Waits for the function's end and rethrows what it threw.
  void join() {
    if (thread_.joinable()) thread_.join();
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  }

 private:
  void run() {
    try {
      body_(clock_);
    } catch (...) {
      thrown_ = std::current_exception();
    }
  }

  RealClock clock_;
  std::function<void(RealClock&)> body_;
  std::exception_ptr thrown_;
  std::thread thread_;  // last: it uses the members above
};

}  // namespace world
