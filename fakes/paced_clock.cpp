#include "fakes/paced_clock.hpp"

#include <algorithm>

namespace fakes {

using world::Instant;
using world::Nanos;

namespace {
__extension__ typedef __int128 Wide;
}

PacedClock::PacedClock(world::Clock& below)
    : below_(below), driver_(*this), here_(below.now()), since_(here_) {}

PacedClock::~PacedClock() { below_.disarm(driver_); }

Instant PacedClock::now() const {
  const Nanos passed = below_.now() - since_;
  if (stretch_ == kFullPace) return here_ + passed;
  const Wide here = static_cast<Wide>(passed.count()) * kFullPace / stretch_;
  return here_ + Nanos(static_cast<std::int64_t>(here));
}

// Rounded up, where now() rounds down: whoever is woken then is never early.
Instant PacedClock::below_at(Instant here) const {
  const Wide ahead = static_cast<Wide>((here - here_).count()) * stretch_;
  const Wide below = since_.time_since_epoch().count() + (ahead + kFullPace - 1) / kFullPace;
  if (below >= world::kNever.time_since_epoch().count()) return world::kNever;
  return Instant(Nanos(static_cast<std::int64_t>(below)));
}

void PacedClock::set_stretch(std::int64_t micro) {
  if (micro == stretch_) return;
  here_ = now();
  since_ = below_.now();
  stretch_ = micro;
  driver_at_ = world::kNever;
  follow();
}

void PacedClock::arm(world::Event& event, Instant at) {
  queue_.push(event, at, now());
  follow();
}

// One event, and the last thing done here: whoever it wakes may end the server and this clock.
void PacedClock::fire_due() {
  driver_at_ = world::kNever;
  const world::EventQueue::Entry due = queue_.pop(now());
  follow();
  if (due.event != nullptr) due.event->fire();
}

// Sees to it that the driver fires when the next event here is due.
void PacedClock::follow() {
  const Instant next = queue_.next();
  if (next == world::kNever) return;
  const Instant at = std::max(below_at(next), below_.now());
  if (driver_.armed() && driver_at_ <= at) return;
  below_.disarm(driver_);
  driver_at_ = at;
  below_.arm(driver_, at);
}

}  // namespace fakes
