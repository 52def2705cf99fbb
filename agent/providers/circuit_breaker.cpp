#include "agent/providers/circuit_breaker.hpp"

#include "agent/providers/seed_breaker.hpp"

namespace agent {

using world::Nanos;

namespace {
constexpr world::Purpose kJitter{"agent.breaker.jitter"};
constexpr std::int64_t kLately = 2;  // tenths of the window
}  // namespace

std::unique_ptr<Breaker> make_breaker(world::Clock& clock, const BreakerConfig& config,
                                      Nanos lease, Defect defect, Breaker::Told told,
                                      world::Random random) {
  if (config.policy == BreakerPolicy::none) return nullptr;
  if (config.policy == BreakerPolicy::seed) {
    return std::make_unique<SeedBreaker>(clock, config, std::move(told));
  }
  return std::make_unique<CircuitBreaker>(clock, config, lease, defect, std::move(told), random);
}

CircuitBreaker::CircuitBreaker(world::Clock& clock, const BreakerConfig& config, Nanos lease,
                               Defect defect, Told told, world::Random random)
    : clock_(clock),
      config_(config),
      lease_(lease),
      defect_(defect),
      told_(std::move(told)),
      random_(random),
      circuits_(static_cast<std::size_t>(config.keys_max)) {}

std::string_view CircuitBreaker::name_of(State state) {
  switch (state) {
    case State::closed: return "closed";
    case State::open: return "open";
    case State::half_open: return "half_open";
  }
  return "closed";
}

std::int64_t CircuitBreaker::tenth() const {
  return world::since_start(clock_.now()) * 10 / config_.window;
}

CircuitBreaker::Sum CircuitBreaker::sum(const Circuit& circuit, std::int64_t tenths) const {
  const std::int64_t now = tenth();
  Sum sum;
  if (!circuit.past().counts) return sum;
  for (const Bucket& bucket : circuit.past().counts->buckets) {
    if (bucket.number <= now - tenths) continue;
    sum.calls += bucket.calls;
    sum.failures += bucket.failures;
    sum.slow += bucket.slow;
  }
  return sum;
}

void CircuitBreaker::count(Circuit& circuit, const Permit& permit, bool failed) {
  const std::int64_t now = tenth();
  Past& past = circuit.past();
  if (!past.counts) past.counts = Counts{};
  TypicalTime& typical = past.counts->typical;
  Bucket& bucket = past.counts->buckets[static_cast<std::size_t>(now % 10)];
  if (bucket.number != now) bucket = {now, 0, 0, 0};
  ++bucket.calls;
  if (failed) ++bucket.failures;
  if (!failed) past.in_a_row = 0;
  // A failure that is older than the window is no part of a row.
  if (failed && clock_.now() - past.in_a_row_since > config_.window) past.in_a_row = 0;
  if (failed && ++past.in_a_row == 1) past.in_a_row_since = clock_.now();
  const Nanos took =
      permit.latency >= Nanos{0} ? permit.latency : clock_.now() - permit.admitted_at;
  // Nothing is slow as long as nobody knows what is usual: some answers always take their time.
  const bool known = typical.value() > Nanos{0};
  const bool slow =
      known && took >= std::max(config_.slow_floor, config_.slow_factor * typical.value());
  const std::int64_t short_now = world::since_start(clock_.now()) * 60 / config_.window;
  Bucket& lately = past.counts->lately[static_cast<std::size_t>(short_now % 2)];
  if (lately.number != short_now) lately = {short_now, 0, 0, 0};
  ++lately.calls;
  if (slow) ++bucket.slow, ++lately.slow;
  // Slow calls are not learned from, or they would soon be the usual ones; nor are failures, which
  // are quick or take as long as the caller's patience.
  if (!slow && !failed) typical.add(took, now);
}

// Why it has to open, after a call that ended; null: it has not.
const char* CircuitBreaker::must_open(const Circuit& circuit, bool failed) const {
  if (failed && circuit.past().in_a_row >= config_.failures) return "failures_in_a_row";
  if (failed) {
    const Sum all = sum(circuit, 10);
    const bool bad = all.failures * 100 >= all.calls * config_.ratio_percent;
    if (all.failures >= config_.failures && all.calls >= config_.calls_min && bad) {
      return "failure_ratio";
    }
  }
  return crawls(circuit, config_.slow_percent) ? "slow_calls" : nullptr;
}

// Whether such a share of at least calls_min calls was slow, of the last seconds or, where calls
// are few, of the last two tenths of the window. A good minute before does not hide it.
bool CircuitBreaker::crawls(const Circuit& circuit, std::int64_t percent) const {
  if (percent == 0 || !circuit.past().counts) return false;
  const auto bad = [&](const Sum& of) {
    return of.calls >= config_.calls_min && of.slow * 100 >= of.calls * percent;
  };
  const std::int64_t now = world::since_start(clock_.now()) * 60 / config_.window;
  Sum seconds;
  for (const Bucket& bucket : circuit.past().counts->lately) {
    if (bucket.number <= now - 2) continue;
    seconds.calls += bucket.calls;
    seconds.slow += bucket.slow;
  }
  return bad(seconds) || bad(sum(circuit, kLately));
}

// Half way to opening, by any of the three rules.
bool CircuitBreaker::is_degraded(const Circuit& circuit) const {
  if (circuit.state != State::closed) return false;
  if (circuit.past().in_a_row * 2 > config_.failures) return true;
  const Sum lately = sum(circuit, kLately);
  if (lately.calls < config_.calls_min) return false;
  const bool fails = lately.failures * 200 >= lately.calls * config_.ratio_percent;
  return fails || crawls(circuit, config_.slow_percent / 2);
}

// reset_after for the first time, twice that for the second and so on; and up to jitter_percent
// more, never less: whoever is told to wait for 60 s finds it still open before.
Nanos CircuitBreaker::opens_for(const std::string& key, const Circuit& circuit) const {
  const Nanos most = std::max(config_.reset_after, config_.reset_after_max);
  const std::int64_t times = std::min(circuit.past().openings, most / config_.reset_after + 1);
  const Nanos whole = std::min(most, times * config_.reset_after);
  const auto part = random_.below(1'000'001, kJitter, world::entity_of(key), circuit.generation);
  const Nanos most_more = whole / 100 * config_.jitter_percent;
  return whole + most_more / 1'000'000 * static_cast<std::int64_t>(part);
}

void CircuitBreaker::go(const std::string& key, Circuit& circuit, State to, const char* reason,
                        bool by_hand) {
  const State from = circuit.state;
  Past& past = circuit.past();
  const std::int64_t failures = by_hand ? -1 : sum(circuit, 10).failures;
  if (to == State::open) {
    const bool was_well =
        from == State::closed && clock_.now() - circuit.since >= config_.window;
    past.openings = was_well ? 1 : past.openings + 1;
  }
  circuit.state = to;
  circuit.since = clock_.now();
  past.reason = reason;
  ++circuit.generation;
  circuit.probing = false;
  circuit.isolated = false;
  past.probes_ok = 0;
  if (to == State::open) past.open_for = opens_for(key, circuit);
  if (to == State::closed) {
    past.counts.reset();  // also what it takes: it may be another service by now
    past.in_a_row = 0;
  }
  if (from != to) told_(key, name_of(from), name_of(to), failures);
}

// What time alone has changed: an open circuit is due for a probe, a probe has outlived its lease.
void CircuitBreaker::settle(const std::string& key, Circuit& circuit) {
  if (circuit.state == State::closed || circuit.isolated) return;
  if (circuit.state == State::half_open && circuit.probing &&
      clock_.now() >= circuit.past().probe_until) {
    go(key, circuit, State::open, "probe_lost");
  }
  if (defect_ == Defect::never_recovers) return;  // planted bug
  if (circuit.state == State::open && clock_.now() - circuit.since >= circuit.past().open_for) {
    go(key, circuit, State::half_open, "time");
  }
}

Nanos CircuitBreaker::closed_for(const std::string& key) {
  Circuit* circuit = circuits_.find(key);
  return circuit == nullptr ? Nanos{0} : closed_for(key, *circuit);
}

Nanos CircuitBreaker::closed_for(const std::string& key, Circuit& circuit) {
  if (circuit.state == State::closed) return Nanos{0};
  settle(key, circuit);
  if (circuit.isolated) return std::max(config_.reset_after, config_.reset_after_max);
  if (circuit.state == State::open) {
    const Nanos rest = circuit.since + circuit.past().open_for - clock_.now();
    return rest > Nanos{0} ? rest : config_.reset_after;
  }
  if (defect_ == Defect::probes_without_limit) return Nanos{0};  // planted bug
  if (circuit.probing) return std::max(Nanos{1}, circuit.past().probe_until - clock_.now());
  return Nanos{0};
}

Breaker::Permit CircuitBreaker::admit(const std::string& key) {
  Permit permit;
  permit.admitted_at = clock_.now();
  Circuit* circuit = circuits_.find_or_add(key);
  if (circuit == nullptr) return permit;  // not watched
  const Nanos rest = closed_for(key, *circuit);
  permit.admitted = rest == Nanos{0};
  permit.retry_after = rest;
  permit.generation = circuit->generation;
  if (permit.admitted && circuit->state == State::half_open) {
    permit.is_probe = true;
    circuit->probing = true;
    circuit->past().probe_until = permit.admitted_at + lease_;
  }
  return permit;
}

void CircuitBreaker::speaks(const std::string& key, const Permit& permit) {
  Circuit* circuit = circuits_.find(key);
  if (circuit == nullptr || !permit.is_probe) return;
  if (permit.generation != circuit->generation || !circuit->probing) return;
  circuit->past().probe_until = clock_.now() + config_.window;
}

void CircuitBreaker::report(const std::string& key, const Permit& permit, const Outcome& outcome) {
  Circuit* circuit = circuits_.find(key);
  if (circuit == nullptr) return;
  if (permit.generation != circuit->generation) return;  // of an earlier state: too late
  const bool failed = is_failure(outcome);
  if (circuit->state == State::half_open) {
    circuit->probing = false;
    if (failed) {
      count(*circuit, permit, true);
      go(key, *circuit, State::open, "probe_failed");
    } else if (outcome.kind == OutcomeKind::ok &&
               ++circuit->past().probes_ok >= config_.successes) {
      go(key, *circuit, State::closed, "probes_succeeded");
    }
    return;
  }
  if (circuit->state == State::open) return;
  if (!failed && outcome.kind != OutcomeKind::ok) return;  // says nothing of the provider
  count(*circuit, permit, failed);
  if (const char* why = must_open(*circuit, failed)) go(key, *circuit, State::open, why);
}

BreakerView CircuitBreaker::view_of(const std::string& key, Circuit& circuit) {
  const Nanos rest = closed_for(key, circuit);
  const Sum all = sum(circuit, 10);
  const Past& past = circuit.past();
  BreakerView view;
  view.key = key;
  view.state = name_of(circuit.state);
  view.degraded = is_degraded(circuit);
  view.isolated = circuit.isolated;
  view.calls = all.calls;
  view.failures = all.failures;
  view.slow = sum(circuit, kLately).slow;
  view.in_a_row = past.in_a_row;
  view.openings = past.openings;
  view.since = clock_.now() - circuit.since;
  view.retry_after = rest;
  if (past.counts) view.typical = past.counts->typical.value();
  view.reason = past.reason;
  return view;
}

BreakerView CircuitBreaker::view(const std::string& key) {
  BreakerView none;
  none.key = key;
  Circuit* circuit = circuits_.find(key);
  return circuit == nullptr ? none : view_of(key, *circuit);
}

std::vector<BreakerView> CircuitBreaker::views() {
  std::vector<BreakerView> all;
  all.reserve(circuits_.size());
  for (std::size_t i = 0; i < circuits_.size(); ++i) {
    all.push_back(view_of(circuits_.at(i).key, circuits_.at(i).value));
  }
  return all;
}

void CircuitBreaker::reset(const std::string& key) {
  Circuit* circuit = circuits_.find(key);
  if (circuit == nullptr) return;
  circuit->past().openings = 0;
  go(key, *circuit, State::closed, "reset", true);
}

void CircuitBreaker::isolate(const std::string& key) {
  Circuit* circuit = circuits_.find_or_add(key);
  if (circuit == nullptr) return;
  go(key, *circuit, State::open, "isolated", true);
  circuit->isolated = true;
}

}  // namespace agent
