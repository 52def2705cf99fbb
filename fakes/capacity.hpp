// Capacity: a model server that answers several requests side by side, in steps that give each of
// them one token. With more than `knee` of them a step takes longer; with more than `slots` the
// rest wait, first come first served; when too many wait, the next is refused. Prompts are read one
// after the other. So the time to first token and the gaps grow with the load, and overload has a
// cause. The pace is a clock (PacedClock): answers keep absolute instants on it. One clock.
#pragma once

#include <list>

#include "fakes/load_config.hpp"
#include "fakes/paced_clock.hpp"
#include "world/signal.hpp"

namespace fakes {

class Capacity {
 public:
  // `prefill`: for each token of a prompt.
  Capacity(world::Clock& clock, Scheduler config, world::Nanos prefill);

  // One request: in line, and then at work. Whatever ends it, also while it waits, frees its place
  // for the next.
  class Place {
   public:
    explicit Place(Capacity& capacity);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // Completes when it has a slot, or after give_up().
    world::Task<void> wait();
    void give_up();  // it leaves the line; a slot that it has already it keeps
    bool at_work() const { return at_work_; }

   private:
    friend class Capacity;
    Capacity& capacity_;
    world::Signal called_;
    std::list<Place*>::iterator in_line_;
    world::Instant since_{};  // at work
    bool waiting_ = false;
    bool at_work_ = false;
  };

  // Whether a request that comes now is refused: too many wait, or it would wait too long.
  bool overloaded() const;

  // How long it would wait for a slot, as far as the requests before it tell.
  world::Nanos expected_wait() const;

  // From now, in the time of pace(), until a prompt of so many tokens has been read: behind those
  // before it. The work is done even if its client leaves.
  world::Nanos read_prompt(std::int64_t tokens);

  PacedClock& pace() { return pace_; }
  std::int64_t at_work() const { return at_work_; }
  std::int64_t waiting() const { return static_cast<std::int64_t>(line_.size()); }

  // What a step takes with so many at work, in millionths of one with nobody beside:
  // 1 + slope x (at_work - knee) / knee, above the knee.
  static std::int64_t stretch_of(const Scheduler& config, std::int64_t at_work);

 private:
  void begin(Place& place);
  void end(Place& place);
  void fill_slots();

  world::Clock& clock_;
  Scheduler config_;
  world::Nanos prefill_;
  PacedClock pace_;
  std::list<Place*> line_;
  std::int64_t at_work_ = 0;
  world::Instant prompts_read_at_{};  // in the time of pace_
  world::Nanos mean_service_{0};      // of the last ones, in scenario time; 0: none has ended
};

}  // namespace fakes
