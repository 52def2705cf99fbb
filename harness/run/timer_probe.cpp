#include "harness/run/timer_probe.hpp"

namespace harness {

namespace {

world::Task<void> wake_often(world::Clock& clock, world::Nanos every, reports::Histogram& late) {
  for (world::Instant due = clock.now() + every;; due += every) {
    if (due < clock.now()) due = clock.now() + every;  // one late wake-up is one measurement
    co_await clock.sleep_until(due);
    late.record(clock.now() - due, 1);
  }
}

}  // namespace

TimerProbe::TimerProbe() : late_(std::make_unique<reports::Histogram>()) {
  const auto probe = [late = late_.get()](world::RealClock& clock) {
    clock.run(wake_often(clock, kEvery, *late));
  };
  thread_ = std::make_unique<world::LoopThread>(world::RealClockOptions{}, probe);
}

TimerProbe::~TimerProbe() = default;

reports::Histogram TimerProbe::stop() {
  thread_->interrupt();
  thread_->join();
  return *late_;
}

}  // namespace harness
