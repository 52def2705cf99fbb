// An Event is something that happens at an instant; an EventQueue orders events by (time,
// sequence). Events are intrusive: they live in their owner (usually a coroutine frame), so arming
// allocates nothing. Both clocks run on this queue, which is why they order same-time events alike.
// One thread. An Event must be disarmed before it dies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "world/units.hpp"

namespace world {

class Event {
 public:
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  virtual void fire() = 0;

  bool armed() const { return place_ != kIdle; }

  // Folded into the simulation's digest when the event fires: what kind it is and what it carries.
  std::uint64_t mark = 0;

 protected:
  Event() = default;
  virtual ~Event();

 private:
  friend class EventQueue;
  static constexpr std::uint32_t kIdle = UINT32_MAX;
  static constexpr std::uint32_t kInFifo = 1U << 31;
  std::uint32_t place_ = kIdle;  // heap index, or fifo slot with kInFifo set
};

class EventQueue {
 public:
  struct Entry {
    Instant at;
    std::uint64_t sequence = 0;
    Event* event = nullptr;
  };

  // Due events (at <= now) go to a FIFO, later ones to a heap; pop keeps one total order over both.
  void push(Event& event, Instant at, Instant now);
  void remove(Event& event);

  // The next entry at or before `until`, taken out; event is null when there is none.
  Entry pop(Instant until);

  // The instant of the next event; kNever when empty.
  Instant next();

  std::size_t size() const { return live_; }

 private:
  void sift_up(std::size_t i);
  void sift_down(std::size_t i);
  void place(std::size_t i, const Entry& entry);
  void skip_removed();
  void forget_spent();
  Entry take_heap_top();

  std::vector<Entry> heap_;  // 4-ary
  std::vector<Entry> fifo_;  // slots before head_ are spent; removed slots hold a null event
  std::size_t head_ = 0;
  std::size_t live_ = 0;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace world
