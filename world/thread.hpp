// The only place that names a thread. LoopThread: one with its own RealClock, running one function.
// It is joined at the latest when it is destroyed; an exception of the function comes out of
// join(). Values cross between loops only through what the function was given. WorkThread: one
// without a loop, for work that blocks. run_parallel: pieces of work that share nothing, on a few
// threads, told of in their order.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

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

// Does what it is given, in that order; all of it is done when it has been destroyed.
class WorkThread {
 public:
  WorkThread() : thread_([this] { run(); }) {}
  ~WorkThread() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  WorkThread(const WorkThread&) = delete;
  WorkThread& operator=(const WorkThread&) = delete;

  // From any thread. The work may not throw; the caller bounds how much of it waits.
  void give(std::function<void()> work) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      waiting_.push_back(std::move(work));
    }
    wake_.notify_one();
  }

 private:
  void run() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      std::function<void()> work = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      work();
      work = nullptr;
      lock.lock();
    }
  }

  std::mutex mutex_;  // of the next three
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool closing_ = false;
  std::thread thread_;  // last: it uses the members above
};

// Runs work(0) ... work(count - 1), each once, on at most `jobs` threads (1: on this one), and
// told(i) in ascending order of i, never two at a time, as soon as 0 ... i have ended: what is told
// does not depend on `jobs`. After work or told has thrown, nothing more is begun or told, and the
// exception of the lowest index comes out when all threads have ended.
inline void run_parallel(std::size_t jobs, std::size_t count,
                         const std::function<void(std::size_t)>& work,
                         const std::function<void(std::size_t)>& told = {}) {
  std::mutex mutex;  // of everything below
  std::vector<bool> ended(count, false);
  std::size_t next = 0, next_told = 0;
  std::size_t thrown_at = count;
  std::exception_ptr thrown;
  const auto fail = [&](std::size_t i, std::exception_ptr with) {
    if (i >= thrown_at) return;
    thrown_at = i;
    thrown = std::move(with);
  };
  const auto run = [&] {
    std::unique_lock<std::mutex> lock(mutex);
    while (next < count && !thrown) {
      const std::size_t i = next++;
      lock.unlock();
      std::exception_ptr escaped;
      try {
        work(i);
      } catch (...) {
        escaped = std::current_exception();
      }
      lock.lock();
      if (escaped) fail(i, escaped);
      ended[i] = !escaped;
      while (!thrown && next_told < count && ended[next_told]) {
        try {
          if (told) told(next_told);
        } catch (...) {
          fail(next_told, std::current_exception());
        }
        ++next_told;
      }
    }
  };
  std::vector<std::thread> threads;
  const std::size_t wanted = std::min(jobs, count);
  for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back(run);
  run();
  for (std::thread& thread : threads) thread.join();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace world
