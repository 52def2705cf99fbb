#include "fakes/gate.hpp"

#include <algorithm>

#include "world/deadline.hpp"

namespace fakes {
namespace {

constexpr std::uint32_t kCertain = 1'000'000;  // ppm

bool strikes_all(const Fault& fault) {
  const bool always = fault.course.shape == Course::Shape::constant &&
                      fault.probability_ppm >= kCertain && !fault.load && !fault.limit;
  return always && (std::holds_alternative<Refuse>(fault.action) ||
                    std::holds_alternative<BlackHole>(fault.action) ||
                    std::holds_alternative<Dns>(fault.action) ||
                    std::holds_alternative<Tls>(fault.action));
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

Gate::Gate(world::Clock& clock, world::Network& network, FaultSchedule& faults,
           std::string_view backend, OnClose on_close)
    : clock_(clock),
      network_(network),
      faults_(faults),
      backend_(backend),
      on_close_(std::move(on_close)) {
  find_certain();
  faults_.watch(*this);
}

Gate::Part Gate::part_of(const Fault& fault) {
  if (std::holds_alternative<Dns>(fault.action)) return Part::name;
  if (std::holds_alternative<Tls>(fault.action)) return Part::handshake;
  return Part::port;
}

world::Task<void> Gate::keep(world::Listener& listener) {
  kept_ = &listener;
  for (Shut& shut : shut_) shut.counted = met(shut.part);
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
  for (Shut& shut : shut_) shut.faults.clear();
  for (const Fault* fault : faults_.connection_faults(backend_)) {
    if (!strikes_all(*fault)) continue;
    shut_.at(static_cast<std::size_t>(part_of(*fault))).faults.push_back(fault);
  }
}

void Gate::on_faults_changed() {
  find_certain();
  changed_.notify_all();
}

void Gate::follow(world::Listener& listener) {
  const world::Instant now = clock_.now();
  for (Shut& shut : shut_) {
    const auto found = std::find_if(shut.faults.begin(), shut.faults.end(),
                                    [&](const Fault* fault) { return faults_.on(*fault, now); });
    const Fault* next = found == shut.faults.end() ? nullptr : *found;
    if (next == shut.active) continue;
    settle_counts();
    shut.active = next;
    set(shut.part, next, listener);
    if (next != nullptr) on_close_(*next);
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
      if (listener.tls() == nullptr) break;  // it then never fires
      const bool well = fault == nullptr;
      listener.tls()->present(well ? world::TlsManner() : manner_of(std::get<Tls>(fault->action)));
      break;
    }
  }
}

std::uint64_t Gate::met(Part part) const {
  switch (part) {
    case Part::name: return network_.misnamed(kept_->endpoint().host);
    case Part::port: return kept_->turned_away();
    case Part::handshake: return kept_->tls() == nullptr ? 0 : kept_->tls()->spoilt();
  }
  return 0;
}

world::Instant Gate::next_edge() {
  const world::Instant now = clock_.now();
  world::Instant next = world::kNever;
  for (const Shut& shut : shut_) {
    for (const Fault* fault : shut.faults) next = std::min(next, faults_.next_edge(*fault, now));
  }
  return next;
}

void Gate::settle_counts() {
  if (kept_ == nullptr) return;
  for (Shut& shut : shut_) {
    const std::uint64_t total = met(shut.part);
    for (; shut.counted < total; ++shut.counted) {
      if (shut.active != nullptr) faults_.count_fired(*shut.active);
    }
  }
}

}  // namespace fakes
