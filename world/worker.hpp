// Worker, the port of work that blocks (a database, a long sum): it runs away from the loop, piece
// after piece in the order in which it was handed over, and completes on the loop. RealWorker has a
// thread for it; SimWorker does it inline when its virtual time has passed. Every piece that was
// handed over is done, at the latest when the worker is destroyed, whether anybody waits for it or
// not: so it owns what it touches, or what it touches outlives the worker. One clock.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "world/signal.hpp"

namespace world {

class Worker {
 public:
  // At most `waiting_max` pieces are handed over and not done.
  Worker(Clock& clock, std::size_t waiting_max)
      : clock_(clock), waiting_max_(waiting_max), room_(clock) {}
  virtual ~Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Hands a piece over; when it is done, `done` runs on the loop's thread, to notify and to hand
  // over more. Neither may throw. False, and nothing was taken: there is no room.
  bool submit(std::function<void()> work, std::function<void()> done);

  // The same as a task, which waits for room, and out of which comes what the work threw. A task
  // that is cancelled ends at once, and the result is dropped.
  Task<void> run(std::function<void()> work);

  // The same with a result.
  template <class T>
  Task<T> ask(std::function<T()> work) {
    auto result = std::make_shared<std::optional<T>>();
    std::function<void()> asking = [result, work = std::move(work)] { result->emplace(work()); };
    co_await run(std::move(asking));
    co_return std::move(**result);
  }

  std::size_t waiting() const { return dones_.size(); }

 protected:
  // Takes one piece of work, which leads to one finish_first() on the loop.
  virtual void hand_over(std::function<void()> work) = 0;
  void finish_first();

  Clock& clock_;

 private:
  const std::size_t waiting_max_;
  std::deque<std::function<void()>> dones_;  // of what is handed over, in that order
  Signal room_;
};

}  // namespace world
