// Breaker: who asks a provider (or a tool) that keeps failing is told so at once, and it is left
// alone for a while. One object for all keys, as there are two makes of it: CircuitBreaker, and the
// one of the seed, whose defects are between the keys. A call is admitted, and its outcome reported
// with the permit that it was given. Keys of tools begin with "tool:". One clock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/defect.hpp"
#include "agent/providers/breaker_config.hpp"
#include "agent/providers/outcome.hpp"
#include "world/clock.hpp"
#include "world/random.hpp"

namespace agent {

// What can be read of one key: the same for providers and tools.
struct BreakerView {
  std::string key;
  std::string_view state = "closed";   // closed, open, half_open
  bool degraded = false;               // closed, and on the way to opening
  bool isolated = false;               // opened by hand: no probes until it is reset
  std::int64_t calls = 0;              // in the window
  std::int64_t failures = 0;           // in the window
  std::int64_t slow = 0;               // lately: in two tenths of the window
  std::int64_t in_a_row = 0;           // failures
  std::int64_t openings = 0;           // in a row, without a good window between them
  world::Nanos since{0};               // in this state
  world::Nanos retry_after{0};         // until a call might be admitted
  world::Nanos typical{0};             // what a call takes; 0: not known
  std::string_view reason = "";        // of its last move
};

class Breaker {
 public:
  struct Permit {
    bool admitted = true;
    world::Nanos retry_after{0};  // when it is not
    std::uint64_t generation = 0;
    world::Instant admitted_at{};
    bool is_probe = false;
    // Until the answer began; negative: until the report. The caller sets it if it knows.
    world::Nanos latency{-1};
  };
  // A state was left for another: of which key, from, to, and the failures in the window; -1 when
  // somebody did it by hand.
  using Told = std::function<void(std::string_view key, std::string_view from, std::string_view to,
                                  std::int64_t failures)>;

  virtual ~Breaker() = default;
  virtual Permit admit(const std::string& key) = 0;
  // Once per admitted permit, however the call ended.
  virtual void report(const std::string& key, const Permit& permit, const Outcome& outcome) = 0;
  // When a call might be admitted again; zero: now.
  virtual world::Nanos closed_for(const std::string& key) = 0;
  // The call's answer has begun: a probe that speaks is heard to its end, beyond its lease.
  virtual void speaks(const std::string& key, const Permit& permit) {
    static_cast<void>(key), static_cast<void>(permit);
  }

  virtual BreakerView view(const std::string& key) = 0;
  virtual std::vector<BreakerView> views() = 0;    // in the order in which keys were first used
  virtual void reset(const std::string& key) = 0;    // by hand: closed, and nothing remembered
  virtual void isolate(const std::string& key) = 0;  // by hand: open until it is reset
};

// By the policy; null: none. `lease` is how long a probe may take before it counts as failed;
// `random` draws the jitter of the time that it stays open.
std::unique_ptr<Breaker> make_breaker(world::Clock& clock, const BreakerConfig& config,
                                      world::Nanos lease, Defect defect, Breaker::Told told,
                                      world::Random random = world::Random(1));

// "Circuit breaker open for primary. Retry after 42s": whole seconds, rounded up.
std::string open_text(const std::string& key, world::Nanos retry_after);

// `{"key":"primary","state":"open",...}`: a row of GET /v1/breakers; and the whole list.
std::string to_json(const BreakerView& view);
std::string breakers_json(const std::vector<BreakerView>& views);

}  // namespace agent
