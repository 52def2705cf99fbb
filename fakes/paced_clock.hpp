// PacedClock: the time in which a loaded server lives. It runs on another clock, and slower than it
// by a factor that changes with the load: what was due in 20 ms of its time comes in 40 ms when
// everything takes twice as long, also when that begins in the middle. One event on the clock below
// stands for all that are armed here, so a change of pace costs the same however many wait.
// The thread of the clock below, which must outlive it.
#pragma once

#include "world/clock.hpp"

namespace fakes {

class PacedClock final : public world::Clock {
 public:
  explicit PacedClock(world::Clock& below);
  ~PacedClock();

  // What takes a million nanoseconds here takes this many below: 2'000'000 is half the pace.
  void set_stretch(std::int64_t micro);
  std::int64_t stretch() const { return stretch_; }

  world::Instant now() const override;
  std::int64_t unix_nanos() const override { return below_.unix_nanos(); }
  void arm(world::Event& event, world::Instant at) override;
  void disarm(world::Event& event) override { queue_.remove(event); }

  static constexpr std::int64_t kFullPace = 1'000'000;

 private:
  struct Driver final : world::Event {
    explicit Driver(PacedClock& o) : owner(o) { mark = 11; }
    void fire() override { owner.fire_due(); }
    PacedClock& owner;
  };

  world::Instant below_at(world::Instant here) const;  // when it will be so late here
  void fire_due();
  void follow();

  world::Clock& below_;
  world::EventQueue queue_;
  Driver driver_;
  world::Instant driver_at_ = world::kNever;  // when it fires below
  world::Instant here_;                       // how late it was here ...
  world::Instant since_;                      // ... at this instant below, when the pace changed
  std::int64_t stretch_ = kFullPace;
};

}  // namespace fakes
