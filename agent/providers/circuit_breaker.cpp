#include "agent/providers/circuit_breaker.hpp"

#include "agent/providers/seed_breaker.hpp"

namespace agent {

using world::Nanos;

std::unique_ptr<Breaker> make_breaker(world::Clock& clock, const BreakerConfig& config,
                                      Nanos lease, Defect defect, Breaker::Told told) {
  if (config.policy == BreakerPolicy::none) return nullptr;
  if (config.policy == BreakerPolicy::seed) {
    return std::make_unique<SeedBreaker>(clock, config, std::move(told));
  }
  return std::make_unique<CircuitBreaker>(clock, config, lease, defect, std::move(told));
}

CircuitBreaker::CircuitBreaker(world::Clock& clock, const BreakerConfig& config, Nanos lease,
                               Defect defect, Told told)
    : clock_(clock), config_(config), lease_(lease), defect_(defect), told_(std::move(told)) {}

std::string_view CircuitBreaker::name_of(State state) {
  switch (state) {
    case State::closed: return "closed";
    case State::open: return "open";
    case State::half_open: return "half_open";
  }
  return "closed";
}

CircuitBreaker::Sum CircuitBreaker::sum(const Circuit& circuit) const {
  const std::int64_t now = world::since_start(clock_.now()) * 10 / config_.window;
  Sum sum;
  for (const Bucket& bucket : circuit.buckets) {
    if (bucket.number <= now - 10) continue;
    sum.calls += bucket.calls;
    sum.failures += bucket.failures;
  }
  return sum;
}

void CircuitBreaker::count(Circuit& circuit, bool failed) {
  const std::int64_t now = world::since_start(clock_.now()) * 10 / config_.window;
  Bucket& bucket = circuit.buckets[static_cast<std::size_t>(now % 10)];
  if (bucket.number != now) bucket = {now, 0, 0};
  ++bucket.calls;
  if (failed) ++bucket.failures;
  if (!failed) circuit.in_a_row = 0;
  // A failure that is older than the window is no part of a row.
  if (failed && clock_.now() - circuit.in_a_row_since > config_.window) circuit.in_a_row = 0;
  if (failed && ++circuit.in_a_row == 1) circuit.in_a_row_since = clock_.now();
}

bool CircuitBreaker::must_open(const Circuit& circuit) const {
  if (circuit.in_a_row >= config_.failures) return true;
  const Sum all = sum(circuit);
  return all.failures >= config_.failures && all.calls >= config_.calls_min &&
         all.failures * 100 >= all.calls * config_.ratio_percent;
}

void CircuitBreaker::go(const std::string& key, Circuit& circuit, State to) {
  const State from = circuit.state;
  const std::int64_t failures = sum(circuit).failures;
  circuit.state = to;
  ++circuit.generation;
  circuit.probing = false;
  circuit.probes_ok = 0;
  if (to == State::open) circuit.opened = clock_.now();
  if (to == State::closed) {
    circuit.buckets = {};
    circuit.in_a_row = 0;
  }
  told_(key, name_of(from), name_of(to), failures);
}

// What time alone has changed: an open circuit is due for a probe, a probe has outlived its lease.
void CircuitBreaker::settle(const std::string& key, Circuit& circuit) {
  if (circuit.state == State::half_open && circuit.probing &&
      clock_.now() >= circuit.probe_until) {
    go(key, circuit, State::open);
  }
  if (defect_ == Defect::never_recovers) return;  // planted bug
  if (circuit.state == State::open && clock_.now() - circuit.opened >= config_.reset_after) {
    go(key, circuit, State::half_open);
  }
}

Nanos CircuitBreaker::closed_for(const std::string& key) {
  Circuit& circuit = circuits_[key];
  settle(key, circuit);
  if (circuit.state == State::open) {
    const Nanos rest = circuit.opened + config_.reset_after - clock_.now();
    return rest > Nanos{0} ? rest : config_.reset_after;
  }
  if (defect_ == Defect::probes_without_limit) return Nanos{0};  // planted bug
  if (circuit.probing) return std::max(Nanos{1}, circuit.probe_until - clock_.now());
  return Nanos{0};
}

Breaker::Permit CircuitBreaker::admit(const std::string& key) {
  const Nanos rest = closed_for(key);
  Circuit& circuit = circuits_[key];
  Permit permit;
  permit.admitted = rest == Nanos{0};
  permit.retry_after = rest;
  permit.generation = circuit.generation;
  permit.admitted_at = clock_.now();
  if (permit.admitted && circuit.state == State::half_open) {
    permit.is_probe = true;
    circuit.probing = true;
    circuit.probe_until = clock_.now() + lease_;
  }
  return permit;
}

void CircuitBreaker::report(const std::string& key, const Permit& permit, const Outcome& outcome) {
  Circuit& circuit = circuits_[key];
  if (permit.generation != circuit.generation) return;  // of an earlier state: too late
  const bool failed = is_failure(outcome);
  if (circuit.state == State::half_open) {
    circuit.probing = false;
    if (failed) {
      count(circuit, true);
      go(key, circuit, State::open);
    } else if (outcome.kind == OutcomeKind::ok && ++circuit.probes_ok >= config_.successes) {
      go(key, circuit, State::closed);
    }
    return;
  }
  if (!failed && outcome.kind != OutcomeKind::ok) return;  // says nothing of the provider
  count(circuit, failed);
  if (failed && must_open(circuit)) go(key, circuit, State::open);
}

}  // namespace agent
