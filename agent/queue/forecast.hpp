// Forecast: when each of those who wait would be let in if nobody else came: the scheduler itself,
// played ahead on a copy, with requests that take as long as those of late. So a position is a
// number of turns, and an estimate knows of classes, of limits per user and of those who may not
// begin yet. Costs about as much as serving all who wait, for all of them at once. One thread.
#pragma once

#include "agent/queue/turn_order.hpp"

namespace agent {

struct RunningRequest {
  UserId user = kNobody;
  std::size_t tier = 0;
  world::Instant began{};
};

class Forecast {
 public:
  struct Turn {
    std::int64_t position = 0;  // 1 is next; 0: it would never be let in
    std::int64_t in_class = 0;  // the same, among those of its tier
    std::int64_t of_user = 0;   // the same, among those of its user
    world::Instant at{};
  };

  // What is under way, and how long a request of each tier takes.
  struct Slots {
    std::int64_t limit = 1;
    std::vector<RunningRequest> running;
    std::array<world::Nanos, kClasses> takes{};
    // By WaiterId: whose turn comes after this is turned away, and takes no slot.
    std::vector<world::Instant> too_late_at;
  };

  // `order` is played to its end.
  void make(TurnOrder order, const Slots& slots, world::Instant now);

  world::Instant made_at() const { return made_at_; }
  const Turn& of(WaiterId waiter) const { return turns_.at(waiter); }

 private:
  struct End {
    world::Instant at{};
    std::uint64_t ordinal = 0;  // of two at once the one that was let in first
    UserId user = kNobody;
    std::size_t tier = 0;
  };
  static bool later(const End& a, const End& b);
  void will_end(world::Instant at, UserId user, std::size_t tier);

  world::Instant made_at_{};
  std::vector<Turn> turns_;  // by WaiterId
  std::vector<End> ends_;    // a heap, the next one first
  std::vector<std::int64_t> of_user_;
  std::uint64_t ordinal_ = 0;
};

}  // namespace agent
