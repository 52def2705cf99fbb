// recovers_within: when the last fault has healed, service is good again within `duration` and
// stays so. Good, and recovered, as verdict/recovery.hpp says; a request is bad when it did not end
// ok, or when its answer says that it is degraded. A run that ends before it can show either judges
// nothing. Memory: two counters per second.
#pragma once

#include "harness/oracles/oracle.hpp"
#include "reports/timeline.hpp"

namespace harness {

class RecoversWithin final : public Oracle {
 public:
  explicit RecoversWithin(const OracleInput& input);

  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void finish(bool complete) override;

 private:
  world::Nanos within_;
  std::optional<world::Instant> healed_;  // nothing: no fault, or one that never heals
  std::vector<reports::Second> seconds_;  // by planned instant; at most Timeline::kSecondsMax
};

}  // namespace harness
