// ConversationLocks: turns of one conversation run one after the other, in the order in which they
// came. A lock is held from before the history is read until the turn is committed. Waiting costs
// no slot of the queue, as the lock comes first. One clock; must outlive its turns.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "agent/queue/turn_wait.hpp"

namespace agent {

class ConversationLocks {
 public:
  ConversationLocks(world::Clock& clock, std::int64_t waiting_max)
      : clock_(clock), waiting_max_(static_cast<std::size_t>(waiting_max)) {}

  // A turn in its line, from its construction on. Destroying it gives the lock, or the place, back.
  class Turn {
   public:
    Turn(ConversationLocks& locks, std::string key);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool refused() const { return refused_; }  // too many wait already
    bool holds() const { return wait_.granted(); }
    world::Task<bool> wait() { return wait_.wait(); }

   private:
    ConversationLocks& locks_;
    std::string key_;
    TurnWait wait_;
    bool refused_ = false;
  };

  std::size_t held() const { return lines_.size(); }
  bool is_held(const std::string& key) const { return lines_.count(key) > 0; }

 private:
  // The first of a line holds the lock; the others wait. Empty lines are erased.
  using Line = std::deque<TurnWait*>;

  world::Clock& clock_;
  std::size_t waiting_max_;
  std::map<std::string, Line> lines_;
};

}  // namespace agent
