// ClockWatch: did the machine's clocks and the generator's own loop behave while a live run went
// on? It is shown the clocks now and then, each time beside the last; a wall clock that was set, a
// machine that slept and a loop that stood still make the run's times doubtful. Pure; one thread.
#pragma once

#include <optional>

#include "harness/verdict/validity.hpp"
#include "world/real_clock.hpp"

namespace harness {

class ClockWatch {
 public:
  // All clocks as they are now, at least once each second of wall time.
  void look(const world::RealClock::Readings& now);

  // A task of the loop asked to be woken at `due` and was at `now` (steady clock, nanoseconds).
  void woke(std::int64_t due, std::int64_t now);

  const ClockFacts& facts() const { return facts_; }

 private:
  std::optional<world::RealClock::Readings> first_;
  world::RealClock::Readings last_;
  ClockFacts facts_;
};

}  // namespace harness
