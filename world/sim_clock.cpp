#include "world/sim_clock.hpp"

#include <cstring>

namespace world {

namespace {
// Scenario time 0 is this wall instant in every simulation: 2024-01-01 00:00:00 UTC.
constexpr std::int64_t kEpochUnixNanos = 1'704'067'200'000'000'000;
constexpr std::uint64_t kInterruptEvery = 1024;
}  // namespace

std::int64_t SimClock::unix_nanos() const {
  return kEpochUnixNanos + since_start(now_).count() + wall_offset_.count();
}

void SimClock::fire(const EventQueue::Entry& entry) {
  now_ = entry.at;
  const std::uint64_t mark = entry.event->mark;
  digest_ = mix(digest_, static_cast<std::uint64_t>(since_start(now_).count()));
  digest_ = mix(digest_, entry.sequence ^ (mark << 48));
  ++events_;
  entry.event->fire();
  if (events_ % kCheckpointEvery == 0) checkpoints_.push_back(digest_);
  if (trace_) trace_(events_, now_, mark, digest_);
}

bool SimClock::run(Task<void> main, Instant until) {
  Strand strand;
  bool ended = !main.start({}, &strand);
  while (!ended) {
    const EventQueue::Entry entry = queue_.pop(until);
    if (entry.event == nullptr) break;
    fire(entry);
    ended = main.done();
    if (interrupt_ && events_ % kInterruptEvery == 0 && interrupt_()) strand.cancel();
  }
  if (!ended) {
    // Time is up, or nothing can ever happen again: unwind so that every owner cleans up.
    strand.cancel();
    while (!main.done()) {
      const EventQueue::Entry entry = queue_.pop(kNever);
      ENSURE(entry.event != nullptr, "a cancelled simulation did not end");
      fire(entry);
    }
  }
  try {
    main.take();
  } catch (const Cancelled&) {
    return false;
  }
  return ended;
}

std::uint64_t hash_bytes(const char* data, std::size_t size) {
  std::uint64_t h = size * 0x9E3779B97F4A7C15ULL;
  while (size >= 8) {
    std::uint64_t word;
    std::memcpy(&word, data, 8);
    h = SimClock::mix(h, word);
    data += 8;
    size -= 8;
  }
  std::uint64_t tail = 0;
  if (size > 0) std::memcpy(&tail, data, size);
  return SimClock::mix(h, tail);
}

}  // namespace world
