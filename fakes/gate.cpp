#include "fakes/gate.hpp"

#include <algorithm>

namespace fakes {
namespace {

constexpr std::uint32_t kCertain = 1'000'000;  // ppm

bool closes_port(const Fault& fault) {
  return std::holds_alternative<Refuse>(fault.action) ||
         std::holds_alternative<BlackHole>(fault.action);
}

world::Admission admission_of(const Fault* fault) {
  if (fault == nullptr) return world::Admission::open;
  return std::holds_alternative<Refuse>(fault->action) ? world::Admission::refuse
                                                       : world::Admission::black_hole;
}

}  // namespace

Gate::Gate(world::Clock& clock, FaultSchedule& faults, std::string_view backend, OnClose on_close)
    : clock_(clock), faults_(faults), on_close_(std::move(on_close)) {
  for (const Fault* fault : faults.connection_faults(backend)) {
    if (fault->probability_ppm < kCertain || !closes_port(*fault)) continue;
    certain_.push_back(fault);
    edges_.push_back(fault->from);
    if (fault->to != world::kNever) edges_.push_back(fault->to);
  }
  std::sort(edges_.begin(), edges_.end());
}

world::Task<void> Gate::keep(world::Listener& listener) {
  counted_ = listener.turned_away();
  try {
    follow(listener);
    for (const world::Instant edge : edges_) {
      if (edge <= clock_.now()) continue;
      co_await clock_.sleep_until(edge);
      follow(listener);
    }
    co_await clock_.sleep_until(world::kNever);
  } catch (...) {
    count_turned_away(listener);
    throw;
  }
}

void Gate::follow(world::Listener& listener) {
  const world::Instant now = clock_.now();
  const auto applies = [now](const Fault* f) { return f->from <= now && now < f->to; };
  const auto found = std::find_if(certain_.begin(), certain_.end(), applies);
  const Fault* next = found == certain_.end() ? nullptr : *found;
  if (next == active_) return;
  count_turned_away(listener);
  active_ = next;
  listener.admit(admission_of(active_));
  if (active_ != nullptr) on_close_(*active_);
}

void Gate::count_turned_away(world::Listener& listener) {
  const std::uint64_t total = listener.turned_away();
  for (; counted_ < total; ++counted_) {
    if (active_ != nullptr) faults_.count_fired(*active_);
  }
}

}  // namespace fakes
