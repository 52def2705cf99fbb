// EventLog: what a job has told, event by event, for whoever follows it: the call that made it, or
// one that comes back later. Events are in the form in which they go over the wire; the log numbers
// them from 0 on, without a gap. What is beyond its bounds is dropped from the front: what is held
// is at most bytes_max and one event. One clock.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "world/signal.hpp"

namespace agent {

class EventLog {
 public:
  struct Bounds {
    std::size_t events_max = 10'000;
    std::size_t bytes_max = 1 << 20;
  };
  EventLog(world::Clock& clock, Bounds bounds) : bounds_(bounds), grown_(clock), read_(clock) {}

  std::uint64_t add(std::string event);  // the number of the event; not after end()
  void end();                            // there will be no more; nobody waits any longer
  bool ended() const { return ended_; }

  // What comes from now on is its end, which is short: nothing is dropped for it.
  void begin_end() { ending_ = true; }

  std::uint64_t first() const { return first_; }                 // the oldest that is still there
  std::uint64_t next() const { return first_ + events_.size(); }  // the number of the next one
  bool empty() const { return next() == 0; }

  // All events from `cursor` on, which then stands behind them. What is gone is passed over.
  std::string take(std::uint64_t& cursor);
  // The same, one by one.
  std::vector<std::string> copy(std::uint64_t& cursor) const;
  // The same, and drops what was taken: for a log that only one follows.
  std::string take_out(std::uint64_t& cursor);

  // Completes when there is an event at `cursor` or the log has ended.
  world::Task<void> beyond(std::uint64_t cursor);

  // Completes when what is held is below the bounds: backpressure for a log that is taken out of.
  // A writer that waits for it before each event loses none.
  world::Task<void> room();
  // Nobody takes out of it any more, so there is no use in waiting for room.
  void let_go();
  std::size_t bytes() const { return bytes_; }

 private:
  bool has_room() const;
  void drop_first();

  const Bounds bounds_;
  std::deque<std::string> events_;
  std::uint64_t first_ = 0;
  std::size_t bytes_ = 0;
  bool ending_ = false;
  bool ended_ = false;
  bool let_go_ = false;
  world::Signal grown_;
  world::Signal read_;
};

}  // namespace agent
