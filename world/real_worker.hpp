// RealWorker: work that blocks, on a thread of its own. Its clock outlives it. It is destroyed when
// all that was handed over is done, and blocks until then.
#pragma once

#include "world/thread.hpp"
#include "world/worker.hpp"

namespace world {

class RealWorker final : public Worker {
 public:
  static constexpr std::size_t kWaitingMax = 1'024;
  explicit RealWorker(RealClock& clock, std::size_t waiting_max = kWaitingMax);

 private:
  void hand_over(std::function<void()> work) override;

  boost::asio::io_context& io_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  WorkThread thread_;  // last: joined before anything else goes
};

}  // namespace world
