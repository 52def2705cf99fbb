// RealProcesses: fork and exec, a process group each, pipes, a pidfd on the clock's loop. A child
// is killed by the kernel when the thread that started it dies, so it never outlives us. It
// inherits nothing but its three streams: stdin is /dev/null, every other descriptor is closed by
// exec. The thread of the RealClock.
#pragma once

#include "world/processes.hpp"
#include "world/real_clock.hpp"

namespace world {

class RealProcesses final : public Processes {
 public:
  explicit RealProcesses(RealClock& clock, std::size_t running_max = 1'024)
      : clock_(clock), running_max_(running_max) {}
  ~RealProcesses() override { ENSURE(running_ == 0, "processes died before their children"); }

  Result<std::unique_ptr<Child>> start(Command command) override;

 private:
  friend class RealChild;
  RealClock& clock_;
  std::size_t running_max_;  // children that exist at a time
  std::size_t running_ = 0;
};

}  // namespace world
