// TurnOrder: who is served next among those who wait. Three classes share the slots by weight
// (stride scheduling; Waldspurger, Weihl 1995); in a class users take turns (deficit round robin;
// Shreedhar, Varghese 1995), and a user at the limit is passed over, not waited for. Whoever waits
// long goes up a class; a class that runs nothing comes first. A value of plain arrays: the
// forecast plays a copy of it ahead, so what is promised is what will be done. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "world/units.hpp"

namespace agent {

inline constexpr std::size_t kClasses = 3;  // as ServiceTier: the first is served most

using UserId = std::uint32_t;    // ids are indices, and are given out again
using WaiterId = std::uint32_t;
inline constexpr std::uint32_t kNobody = UINT32_MAX;

// What decides, of the configuration.
struct TurnRules {
  std::array<std::int64_t, kClasses> weights{6, 3, 1};
  std::int64_t user_running_max = 5;
  std::int64_t class_running_min = 1;
  world::Nanos aging = std::chrono::seconds(60);  // 0: none
  bool first_come = false;     // a defect: one line for all, without limits per user
  bool highest_first = false;  // a defect: the highest class as long as it has anyone
};

class TurnOrder {
 public:
  explicit TurnOrder(const TurnRules& rules);

  // Cost of a request that takes one turn; of one that takes more, a multiple of it.
  static constexpr std::int64_t kTurn = 1'000;
  static constexpr std::int64_t kCostMax = 64 * kTurn;

  UserId add_user();
  void forget_user(UserId user);  // who neither waits nor runs

  // One more who waits. Before `not_before` it has a place and is not served.
  WaiterId enter(UserId user, std::size_t tier, std::int64_t cost, world::Instant not_before,
                 world::Instant now);
  void remove(WaiterId waiter);

  // Lets in whose `not_before` has come, and up who has waited long. Never goes back.
  void advance(world::Instant now);

  // The next one to run, or kNobody: all who wait are held or at their user's limit. It waits no
  // longer; what is known of it can be asked until the next one enters. `limit`: of all classes.
  WaiterId take_next(std::int64_t limit);
  // It has run. `unserved`: it was turned away when its turn came; the class has not had its share.
  void end(UserId user, std::size_t tier, bool unserved = false);

  UserId user_of(WaiterId waiter) const { return waiters_[waiter].user; }
  std::size_t tier_of(WaiterId waiter) const { return waiters_[waiter].tier; }
  std::size_t class_of(WaiterId waiter) const { return waiters_[waiter].in_class; }

  // The last that came into the lowest class below this one: whom to turn away when all is full.
  WaiterId newest_below(std::size_t tier) const;

  bool idle(UserId user) const { return users_[user].waiting == 0 && users_[user].running == 0; }
  std::int64_t waiting_of(UserId user) const { return users_[user].waiting; }
  std::int64_t running_of(UserId user) const { return users_[user].running; }
  std::int64_t waiting() const { return waiting_; }
  // Who could be served, by the tier that was asked for.
  std::int64_t ready_of(std::size_t tier) const { return classes_[tier].ready; }
  world::Instant next_held() const;  // when the next `not_before` comes; kNever: none is held
  std::size_t waiters_end() const { return waiters_.size(); }  // above every WaiterId
  std::size_t users_end() const { return users_.size(); }
  std::uint64_t aged() const { return aged_; }  // how often somebody has gone up a class

 private:
  struct Waiter {
    std::uint64_t ordinal = 0;  // of all that came
    std::int64_t cost = kTurn;
    world::Instant since{};  // in its class; of a held one, when it may enter it
    UserId user = kNobody;
    std::uint8_t tier = 0;      // asked for
    std::uint8_t in_class = 0;  // by now
    bool held = false;
    WaiterId before = kNobody, behind = kNobody;  // in the user's line
    WaiterId older = kNobody, younger = kNobody;  // in the class
  };
  struct Line {  // of one user in one class
    WaiterId first = kNobody, last = kNobody;
    UserId before = kNobody, behind = kNobody;  // in the round of the class
    std::int64_t deficit = 0;
  };
  struct User {
    std::array<Line, kClasses> lines;
    std::int64_t waiting = 0;
    std::int64_t running = 0;
  };
  struct Class {
    UserId first = kNobody, last = kNobody;          // the round: users whose turn comes
    WaiterId oldest = kNobody, youngest = kNobody;   // by `since`
    std::int64_t waiting = 0;  // in this class by now
    std::int64_t pass = 0;     // the class with the least is served next
    std::int64_t ready = 0;    // by the tier that was asked for
    std::int64_t running = 0;  // the same
  };

  bool able(const User& user) const { return user.running < rules_.user_running_max; }
  bool lacks_its_slot(std::size_t c, std::int64_t limit) const;
  std::array<std::size_t, kClasses> by_rank(std::int64_t limit) const;
  UserId first_able(std::size_t c) const;
  WaiterId take_by_rank(std::int64_t limit);
  WaiterId take_turn(std::size_t c);
  WaiterId oldest_of_all() const;
  void join(WaiterId waiter, std::size_t c);
  void leave(WaiterId waiter);
  void insert_held(WaiterId waiter);
  void enter_round(UserId user, std::size_t c);
  void leave_round(UserId user, std::size_t c);

  TurnRules rules_;
  std::int64_t weights_ = 0;  // of all
  std::array<Class, kClasses> classes_;
  std::vector<User> users_;
  std::vector<UserId> free_users_;
  std::vector<Waiter> waiters_;
  std::vector<WaiterId> free_waiters_;
  std::vector<WaiterId> held_;  // the next one last
  std::int64_t waiting_ = 0;    // held ones too
  std::int64_t pass_ = 0;       // the least of those who had someone, of late
  std::uint64_t entered_ = 0;
  std::uint64_t aged_ = 0;
};

}  // namespace agent
