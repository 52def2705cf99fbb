// SeedBreaker: the circuit breaker exactly as seed 002 writes it (lines 289 to 405), kept as a
// defect: one `state` for all keys; successes are counted while closed, and two of them erase the
// failures; half-open lets everybody through; a failure counts from when its call began; and time
// is the wall clock's. One clock.
#pragma once

#include <map>
#include <vector>

#include "agent/providers/breaker.hpp"

namespace agent {

class SeedBreaker final : public Breaker {
 public:
  SeedBreaker(world::Clock& clock, const BreakerConfig& config, Told told);

  Permit admit(const std::string& key) override;
  void report(const std::string& key, const Permit& permit, const Outcome& outcome) override;
  world::Nanos closed_for(const std::string& key) override;

  std::string_view state_of(const std::string& key) const;  // getState
  BreakerView view(const std::string& key) override;
  std::vector<BreakerView> views() override;
  void reset(const std::string& key) override;
  void isolate(const std::string& key) override;

 private:
  void record_success(const std::string& key);
  void record_failure(const std::string& key, std::int64_t now);
  void become(const std::string& key, std::string_view state, std::int64_t failures);

  world::Clock& clock_;
  const BreakerConfig config_;
  const Told told_;
  std::string_view state_ = "closed";
  std::map<std::string, std::vector<std::int64_t>> failures_;  // instants of the wall clock, ns
  std::map<std::string, std::int64_t> open_until_;
  std::map<std::string, std::int64_t> consecutive_successes_;
};

}  // namespace agent
