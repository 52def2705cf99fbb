// LaneKeeper: from what clients, fakes and the agent tell to the lanes of the report. The bundled
// core tells of each call that it makes, also of those that never arrive; of another target only
// the fakes can tell. Memory: the requests that wait in the agent's queue. One thread.
#pragma once

#include <set>
#include <string>

#include "agent/ledger.hpp"
#include "fakes/journal.hpp"
#include "harness/scenario/agent_fault.hpp"
#include "reports/lanes.hpp"

namespace harness {

class LaneKeeper {
 public:
  LaneKeeper(reports::Lanes lanes, bool agent_tells)
      : lanes_(std::move(lanes)), agent_tells_(agent_tells) {}

  void sent(const reports::Operation& op) { lanes_.sent(op); }
  void ended(const reports::Operation& op) { lanes_.ended(op); }
  void prompt(const fakes::PromptRecord& prompt);
  void agent(const agent::LedgerEntry& entry);
  void life(const AgentLife& life);
  void event(const reports::Event& event) { lanes_.event(event); }

  const reports::Lanes& lanes() const { return lanes_; }

 private:
  void waits(const agent::LedgerEntry& entry, bool waits);

  reports::Lanes lanes_;
  bool agent_tells_;
  std::set<std::string> waiting_;  // in the agent's queue, by request
};

}  // namespace harness
