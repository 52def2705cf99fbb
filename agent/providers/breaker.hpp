// Breaker: who asks a provider that keeps failing is told so at once, and the provider is left
// alone for a while. One object for all keys, as there are two makes of it: CircuitBreaker, and the
// one of the seed, whose defects are between the keys. A call is admitted, and its outcome reported
// with the permit that it was given. One clock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/defect.hpp"
#include "agent/providers/breaker_config.hpp"
#include "agent/providers/outcome.hpp"
#include "world/clock.hpp"

namespace agent {

class Breaker {
 public:
  struct Permit {
    bool admitted = true;
    world::Nanos retry_after{0};  // when it is not
    std::uint64_t generation = 0;
    world::Instant admitted_at{};
    bool is_probe = false;
  };
  // A state was left for another: of which key, from, to, and the failures in the window.
  using Told = std::function<void(std::string_view key, std::string_view from, std::string_view to,
                                  std::int64_t failures)>;

  virtual ~Breaker() = default;
  virtual Permit admit(const std::string& key) = 0;
  // Once per admitted permit, however the call ended.
  virtual void report(const std::string& key, const Permit& permit, const Outcome& outcome) = 0;
  // When a call might be admitted again; zero: now.
  virtual world::Nanos closed_for(const std::string& key) = 0;
};

// By the policy; null: none. `lease` is how long a probe may take before it counts as failed.
std::unique_ptr<Breaker> make_breaker(world::Clock& clock, const BreakerConfig& config,
                                      world::Nanos lease, Defect defect, Breaker::Told told);

}  // namespace agent
