// SimWorker: work that blocks, in virtual time: each piece takes `latency` from the end of the one
// before it, and is done at the end of that. One thread.
#pragma once

#include "world/worker.hpp"

namespace world {

class SimWorker final : public Worker {
 public:
  static constexpr std::size_t kWaitingMax = 1'024;
  explicit SimWorker(Clock& clock, Nanos latency = Nanos(0), std::size_t waiting_max = kWaitingMax);
  ~SimWorker() override;

 private:
  struct Piece {
    Instant ends;
    std::function<void()> work;
  };
  struct Next final : Event {
    explicit Next(SimWorker& w) : worker(w) { mark = 12; }
    void fire() override;
    SimWorker& worker;
  };
  void hand_over(std::function<void()> work) override;

  const Nanos latency_;
  Instant free_ = Instant::min();  // when all that was handed over is done
  std::deque<Piece> pieces_;
  Next next_;
};

}  // namespace world
