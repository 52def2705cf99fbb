// RealClock: the machine's steady clock times a scale, and the loop that waits on it and on
// sockets. One loop per thread; everything on it runs there. Only interrupt() and restart() may be
// called from other threads.
#pragma once

#include <atomic>
#include <memory>

#include "world/clock.hpp"

namespace boost::asio {
class io_context;
}

namespace world {

class WallStep;

// How the loop waits for the next instant.
enum class Pacing : std::uint8_t {
  timer,  // a precise timer per instant: least CPU at low rates
  tick,   // wakes every `tick` and does what is due: fewest wake-ups at high rates
  spin,   // as timer, but spins the last stretch: least lateness, one core busy around each instant
};

struct RealClockOptions {
  double scale = 1.0;          // scenario seconds per wall second
  Pacing pacing = Pacing::timer;
  Nanos tick{1'000'000};       // wall time
  Nanos spin{150'000};         // wall time
  Nanos slack{0};              // wall time: from one turn to the next wake for an instant, at least
  std::int64_t origin = 0;     // steady_now() at scenario time 0; 0 means now
  const WallStep* wall_step = nullptr;  // added to the machine's wall clock; outlives the clock
};

class RealClock final : public Clock {
 public:
  explicit RealClock(RealClockOptions options = {});
  ~RealClock() override;

  Instant now() const override;
  std::int64_t unix_nanos() const override;
  void arm(Event& event, Instant at) override;
  void disarm(Event& event) override { queue_.remove(event); }

  // Runs the task to its end on this thread. False when it was interrupted; its exception is
  // rethrown.
  bool run(Task<void> main);

  // From any thread: cancels the task given to run().
  void interrupt();

  // From any thread: scenario time 0 is at this steady_now() from here on. What is armed keeps its
  // scenario instant. For a run that begins when its target is ready.
  void restart(std::int64_t origin);

  double scale() const { return options_.scale; }
  std::int64_t origin() const { return origin_.load(std::memory_order_relaxed); }
  boost::asio::io_context& io() { return *io_; }

  // The machine's steady clock in nanoseconds; the same for every process on it.
  static std::int64_t steady_now();

  // The machine's other clocks at one moment, in nanoseconds. `boot` goes on while the machine is
  // suspended and `steady` does not; `wall` (since 1970 UTC) goes where it is set.
  struct Readings {
    std::int64_t steady = 0;
    std::int64_t wall = 0;
    std::int64_t boot = 0;
  };
  static Readings read_all();

  // CPU time of the calling thread, in nanoseconds.
  static std::int64_t thread_cpu_nanos();

 private:
  struct Timer;
  bool fire_due();
  void wait_for(Instant next);
  std::int64_t wall_of(Instant at) const;

  RealClockOptions options_;
  EventQueue queue_;
  std::int64_t woke_ = 0;          // steady nanoseconds: the last turn in which something was due
  Instant turn_ = Instant::min();  // when the loop last looked at what is due
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<Timer> timer_;
  std::atomic<std::int64_t> origin_;
  std::atomic<bool> interrupted_{false};
};

}  // namespace world
