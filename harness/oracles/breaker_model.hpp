// breaker_model: the core's ledger of each provider's breaker is one that the reference model could
// have written (breaker_rules.hpp): legal moves only, each with a cause among the key's own calls,
// opened in time, open long enough (longer each time) and not for ever, one probe at a time. What
// is judged: moves, rejected calls, failed calls, and calls while it is not closed. Memory:
// kKeysMax keys and their open calls.
#pragma once

#include <map>

#include "harness/oracles/breaker_rules.hpp"
#include "harness/oracles/oracle.hpp"

namespace harness {

class BreakerModel final : public Oracle {
 public:
  static constexpr std::size_t kKeysMax = 1'024;
  static constexpr std::int64_t kByHand = -1;  // failures, when somebody moved it

  // The rules are the defaults of agent-core, D15; the core's configuration has none of its own.
  explicit BreakerModel(BreakerRules rules = {}) : rules_(rules) {}
  explicit BreakerModel(const OracleInput& input);  // by the rules of the scenario's agent

  void on_agent(const agent::LedgerEntry& entry) override;
  void on_life(const AgentLife& life) override;
  void finish(bool complete) override;

 private:
  ReferenceBreaker* breaker_of(const std::string& key);
  void say(const agent::LedgerEntry& entry, std::string wrong);

  BreakerRules rules_;
  std::map<std::string, ReferenceBreaker, std::less<>> breakers_;
  world::Instant last_{};
};

}  // namespace harness
