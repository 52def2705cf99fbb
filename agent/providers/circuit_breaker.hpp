// CircuitBreaker: per key, closed until so many failures in a row, or so many in the window and a
// bad ratio (hybrid rule: noise at load does not open it); then open for reset_after; then half-
// open with one probe at a time, on a lease, until enough have succeeded, or one has not. A failure
// counts from when the call ended; what was admitted in an earlier state counts no more. The users'
// own calls are the probes. One clock.
#pragma once

#include <array>
#include <map>

#include "agent/providers/breaker.hpp"

namespace agent {

class CircuitBreaker final : public Breaker {
 public:
  CircuitBreaker(world::Clock& clock, const BreakerConfig& config, world::Nanos lease,
                 Defect defect, Told told);

  Permit admit(const std::string& key) override;
  void report(const std::string& key, const Permit& permit, const Outcome& outcome) override;
  world::Nanos closed_for(const std::string& key) override;

 private:
  enum class State : std::uint8_t { closed, open, half_open };
  struct Bucket {  // of a tenth of the window
    std::int64_t number = -1;
    std::int64_t calls = 0;
    std::int64_t failures = 0;
  };
  struct Circuit {
    State state = State::closed;
    std::uint64_t generation = 0;
    std::array<Bucket, 10> buckets;
    std::int64_t in_a_row = 0;
    world::Instant in_a_row_since{};
    world::Instant opened{};
    std::int64_t probes_ok = 0;
    bool probing = false;
    world::Instant probe_until{};
  };
  struct Sum {
    std::int64_t calls = 0;
    std::int64_t failures = 0;
  };

  static std::string_view name_of(State state);
  void go(const std::string& key, Circuit& circuit, State to);
  void settle(const std::string& key, Circuit& circuit);
  void count(Circuit& circuit, bool failed);
  Sum sum(const Circuit& circuit) const;
  bool must_open(const Circuit& circuit) const;

  world::Clock& clock_;
  const BreakerConfig config_;
  const world::Nanos lease_;
  const Defect defect_;
  const Told told_;
  std::map<std::string, Circuit> circuits_;  // one per provider: few
};

}  // namespace agent
