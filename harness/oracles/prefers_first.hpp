// prefers_first: the first provider of the agent is the one that is asked first, unless it has
// given a reason. Seen in stretches of kStretch: when `duration` has passed since its last failure,
// 429 or breaker that was not closed, at least kShareMin of the requests ask it first. A core that
// stays with whoever answered in an outage never comes back. By the agent's ledger; two providers
// or more. Memory: constant.
#pragma once

#include <string>

#include "harness/oracles/oracle.hpp"

namespace harness {

class PrefersFirst final : public Oracle {
 public:
  static constexpr world::Nanos kStretch = std::chrono::seconds(10);
  static constexpr std::uint32_t kShareMin = 80;  // percent: some ask another one to explore
  static constexpr std::uint32_t kAskedMin = 20;  // fewer say nothing of a share

  explicit PrefersFirst(const OracleInput& input);

  void on_agent(const agent::LedgerEntry& entry) override;
  void finish(bool complete) override;

 private:
  void judge(world::Instant end);

  world::Nanos patience_;
  std::string first_;  // empty: there is no other
  world::Instant reason_{};  // the last one not to ask it
  bool has_reason_ = false;  // its breaker is not closed
  world::Instant begin_{};   // of this stretch
  std::uint32_t asked_ = 0;
  std::uint32_t asked_first_ = 0;
};

}  // namespace harness
