// TimerProbe: how late this host's own timers are while a live run goes on, measured by a thread
// that does nothing but ask to be woken. A generator can be no more punctual than its host, so its
// lateness is reported beside this. Costs about 1 % of a core.
#pragma once

#include <memory>

#include "reports/histogram.hpp"
#include "world/thread.hpp"

namespace harness {

class TimerProbe {
 public:
  TimerProbe();
  ~TimerProbe();

  // Ends the probe and gives the lateness of its wake-ups, in wall time.
  reports::Histogram stop();

 private:
  static constexpr world::Nanos kEvery = std::chrono::milliseconds(2);

  std::unique_ptr<reports::Histogram> late_;  // the thread's until it has been joined
  std::unique_ptr<world::LoopThread> thread_;
};

}  // namespace harness
