#include "fakes/gate.hpp"

#include <algorithm>

namespace fakes {
namespace {

constexpr std::uint32_t kCertain = 1'000'000;  // ppm

world::Admission admission_of(const Fault* fault) {
  if (fault == nullptr) return world::Admission::open;
  return std::holds_alternative<Refuse>(fault->action) ? world::Admission::refuse
                                                       : world::Admission::black_hole;
}

}  // namespace

Gate::Gate(world::Clock& clock, world::Network& network, FaultSchedule& faults,
           std::string_view backend, OnOpen on_open)
    : clock_(clock), network_(network), faults_(faults), on_open_(std::move(on_open)) {
  for (const Fault* fault : faults.connection_faults(backend)) {
    if (fault->probability_ppm < kCertain) continue;
    kept_.at(static_cast<std::size_t>(part_of(*fault))).faults.push_back(fault);
    edges_.push_back(fault->from);
    if (fault->to != world::kNever) edges_.push_back(fault->to);
  }
  std::sort(edges_.begin(), edges_.end());
}

Gate::Part Gate::part_of(const Fault& fault) {
  if (std::holds_alternative<Dns>(fault.action)) return Part::name;
  if (std::holds_alternative<Tls>(fault.action)) return Part::handshake;
  return Part::port;
}

world::Task<void> Gate::keep(world::Listener& listener) {
  for (Kept& kept : kept_) kept.counted = met(kept.part, listener);
  try {
    follow(listener);
    for (const world::Instant edge : edges_) {
      if (edge <= clock_.now()) continue;
      co_await clock_.sleep_until(edge);
      follow(listener);
    }
    co_await clock_.sleep_until(world::kNever);
  } catch (...) {
    for (Kept& kept : kept_) count(kept, listener);
    throw;
  }
}

void Gate::follow(world::Listener& listener) {
  const world::Instant now = clock_.now();
  const auto applies = [now](const Fault* f) { return f->from <= now && now < f->to; };
  for (Kept& kept : kept_) {
    const auto found = std::find_if(kept.faults.begin(), kept.faults.end(), applies);
    const Fault* next = found == kept.faults.end() ? nullptr : *found;
    if (next == kept.active) continue;
    count(kept, listener);
    kept.active = next;
    set(kept.part, next, listener);
    if (next != nullptr) on_open_(*next);
  }
}

void Gate::set(Part part, const Fault* fault, world::Listener& listener) {
  switch (part) {
    case Part::name: {
      const Dns* dns = fault == nullptr ? nullptr : &std::get<Dns>(fault->action);
      const auto outcome = dns == nullptr ? world::NameOutcome::found : outcome_of(*dns);
      const auto late = dns == nullptr ? world::Nanos{0} : dns->delay;
      network_.name(listener.endpoint().host, outcome, late);
      break;
    }
    case Part::port: listener.admit(admission_of(fault)); break;
    case Part::handshake: {
      ENSURE(listener.tls() != nullptr, "a fault of handshakes on a port without TLS");
      const bool well = fault == nullptr;
      listener.tls()->present(well ? world::TlsManner() : manner_of(std::get<Tls>(fault->action)));
      break;
    }
  }
}

std::uint64_t Gate::met(Part part, world::Listener& listener) const {
  switch (part) {
    case Part::name: return network_.misnamed(listener.endpoint().host);
    case Part::port: return listener.turned_away();
    case Part::handshake: return listener.tls() == nullptr ? 0 : listener.tls()->spoilt();
  }
  return 0;
}

void Gate::count(Kept& kept, world::Listener& listener) {
  const std::uint64_t total = met(kept.part, listener);
  for (; kept.counted < total; ++kept.counted) {
    if (kept.active != nullptr) faults_.count_fired(*kept.active);
  }
}

}  // namespace fakes
