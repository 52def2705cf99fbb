// SimClock: virtual time. It runs events in (time, sequence) order on the calling thread and jumps
// from one to the next, so a 10-minute wait costs nothing. Every event is folded into a digest: two
// runs of one seed have equal digests, or nondeterminism was found.
#pragma once

#include <functional>
#include <vector>

#include "world/clock.hpp"

namespace world {

class SimClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  std::int64_t unix_nanos() const override;
  void arm(Event& event, Instant at) override { queue_.push(event, at, now_); }
  void disarm(Event& event) override { queue_.remove(event); }

  // Moves the wall clock (not scenario time), as a step of NTP would.
  void step_wall(Nanos by) { wall_offset_ += by; }

  // Runs the task, and everything it started, until it ends. Events after `until` are not run: the
  // result is then false. The task's exception is rethrown.
  bool run(Task<void> main, Instant until = kNever);

  // Folds a value into the digest at the current event (bytes delivered, decisions taken).
  void fold(std::uint64_t value) { digest_ = mix(digest_, value); }

  std::uint64_t digest() const { return digest_; }
  std::uint64_t events() const { return events_; }

  // The digest after every 4,096th event.
  static constexpr std::uint64_t kCheckpointEvery = 4096;
  const std::vector<std::uint64_t>& checkpoints() const { return checkpoints_; }

  // Called with (event number, time, mark, digest after it); for finding the first divergent event.
  using Trace = std::function<void(std::uint64_t, Instant, std::uint64_t, std::uint64_t)>;
  void set_trace(Trace trace) { trace_ = std::move(trace); }

  // When set, checked between events: a true value stops the run (Ctrl-C).
  void set_interrupt(std::function<bool()> interrupt) { interrupt_ = std::move(interrupt); }

  static std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
    h = (h ^ v) * 0x9E3779B97F4A7C15ULL;
    return h ^ (h >> 32);
  }

 private:
  void fire(const EventQueue::Entry& entry);

  EventQueue queue_;
  Instant now_ = Instant{};
  Nanos wall_offset_{0};
  std::uint64_t digest_ = 0xcbf29ce484222325ULL;
  std::uint64_t events_ = 0;
  std::vector<std::uint64_t> checkpoints_;
  Trace trace_;
  std::function<bool()> interrupt_;
};

// A fast hash of bytes, for the digest (not for adversaries).
std::uint64_t hash_bytes(const char* data, std::size_t size);

}  // namespace world
