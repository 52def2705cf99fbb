// FairQueue: so many requests at the providers at once, so many of each user, and a bounded line
// for the rest. Users take turns (deficit round robin with a quantum of one request; Shreedhar,
// Varghese 1995), so nobody's spam delays others by more than one request a round; a user at the
// limit is skipped, not waited for. Whoever waits can see a position and an estimate. One clock;
// must outlive its slots.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <string>

#include "agent/defect.hpp"
#include "agent/queue/queue_config.hpp"
#include "agent/queue/turn_wait.hpp"

namespace agent {

class FairQueue {
 public:
  FairQueue(world::Clock& clock, const QueueConfig& config, Defect defect);

  // Where one who waits stands: position 1 is served next; eta is from now on.
  struct Place {
    std::int64_t position = 0;
    world::Nanos eta{0};
    friend bool operator==(const Place&, const Place&) = default;
  };

  // A request's slot, or its place in the line, from its construction on. Destroying it gives
  // either back and lets others in.
  class Slot {
   public:
    Slot(FairQueue& queue, std::string user);
    ~Slot();
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    bool refused() const { return refused_; }  // there is no room in the line
    bool holds() const { return wait_.granted(); }
    world::Task<bool> wait() { return wait_.wait(); }
    Place place() const { return queue_.place_of(*this); }
    // The work was done: how long it took tells of the next. (Who left early tells nothing.)
    void finish() { finished_ = true; }

   private:
    friend class FairQueue;
    FairQueue& queue_;
    const std::string user_;
    TurnWait wait_;
    world::Instant granted_at_{};
    std::uint64_t ordinal_ = 0;
    bool refused_ = false;
    bool finished_ = false;
  };

  std::size_t waiting() const { return waiting_; }
  std::int64_t running() const { return running_; }
  world::Nanos service_time() const { return service_; }  // the mean of late

 private:
  struct User {
    std::deque<Slot*> line;
    std::int64_t running = 0;
    world::Instant granted_at = world::kNever;  // the last one, since it has had a line
    world::Nanos interval{0};  // between two of its grants while more waited, the mean of late
  };

  bool has_room(const User& user) const;
  void enter(Slot& slot);
  void leave(Slot& slot);
  void let_in();
  void grant(Slot& slot, User& user);
  Slot* next();
  Slot* oldest();  // of all, as one line would have it
  Place place_of(const Slot& slot) const;

  world::Clock& clock_;
  const QueueConfig config_;
  const Defect defect_;
  std::map<std::string, User> users_;  // those who run or wait
  std::list<std::string> round_;       // users who wait, the next one in front
  std::size_t waiting_ = 0;
  std::int64_t running_ = 0;
  std::uint64_t entered_ = 0;
  world::Nanos service_;
};

}  // namespace agent
