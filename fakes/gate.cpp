#include "fakes/gate.hpp"

#include <algorithm>

#include "world/deadline.hpp"

namespace fakes {
namespace {

constexpr std::uint32_t kCertain = 1'000'000;  // ppm

bool closes_port(const Fault& fault) {
  const bool always = fault.course.shape == Course::Shape::constant &&
                      fault.probability_ppm >= kCertain && !fault.load && !fault.limit;
  return always && (std::holds_alternative<Refuse>(fault.action) ||
                    std::holds_alternative<BlackHole>(fault.action));
}

world::Admission admission_of(const Fault* fault) {
  if (fault == nullptr) return world::Admission::open;
  return std::holds_alternative<Refuse>(fault->action) ? world::Admission::refuse
                                                       : world::Admission::black_hole;
}

world::Task<bool> wait_for(world::Signal& signal) {
  co_await signal.wait();
  co_return true;
}

}  // namespace

Gate::Gate(world::Clock& clock, FaultSchedule& faults, std::string_view backend, OnClose on_close)
    : clock_(clock), faults_(faults), backend_(backend), on_close_(std::move(on_close)) {
  find_certain();
  faults_.watch(*this);
}

world::Task<void> Gate::keep(world::Listener& listener) {
  kept_ = &listener;
  counted_ = listener.turned_away();
  try {
    for (;;) {
      follow(listener);
      world::Task<bool> changing = wait_for(changed_);
      auto waiting = world::with_deadline(clock_, next_edge(), std::move(changing));
      const std::optional<bool> changed = co_await waiting;
      static_cast<void>(changed);  // either way there is something to follow
    }
  } catch (...) {
    settle_counts();
    kept_ = nullptr;
    throw;
  }
}

void Gate::find_certain() {
  certain_ = faults_.connection_faults(backend_);
  std::erase_if(certain_, [](const Fault* fault) { return !closes_port(*fault); });
}

void Gate::on_faults_changed() {
  find_certain();
  changed_.notify_all();
}

void Gate::follow(world::Listener& listener) {
  const world::Instant now = clock_.now();
  const auto found = std::find_if(certain_.begin(), certain_.end(),
                                  [&](const Fault* fault) { return faults_.on(*fault, now); });
  const Fault* next = found == certain_.end() ? nullptr : *found;
  if (next == active_) return;
  settle_counts();
  active_ = next;
  listener.admit(admission_of(active_));
  if (active_ != nullptr) on_close_(*active_);
}

world::Instant Gate::next_edge() {
  const world::Instant now = clock_.now();
  world::Instant next = world::kNever;
  for (const Fault* fault : certain_) next = std::min(next, faults_.next_edge(*fault, now));
  return next;
}

void Gate::settle_counts() {
  if (kept_ == nullptr) return;
  const std::uint64_t total = kept_->turned_away();
  for (; counted_ < total; ++counted_) {
    if (active_ != nullptr) faults_.count_fired(*active_);
  }
}

}  // namespace fakes
