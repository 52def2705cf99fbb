// SimAgent: the bundled core of a simulated run. A kill takes away its tasks, connections and
// memory at one instant, and its ledger falls silent with it; it comes back as a new core at the
// same address, over whatever outlives a process. One clock; end it with stop().
#pragma once

#include <map>
#include <memory>
#include <string>

#include "agent/agent.hpp"
#include "harness/run/agent_host.hpp"
#include "harness/run/prepared.hpp"
#include "world/sim_network.hpp"

namespace harness {

class SimAgent final : public AgentHost {
 public:
  SimAgent(world::SimClock& clock, world::SimNetwork& network, const Prepared& prepared,
           std::map<std::string, world::Endpoint> providers, Evidence& evidence);
  ~SimAgent() override;

  const world::Endpoint& address() const { return address_; }

  void start();
  world::Task<void> stop();  // completes when nothing of it runs any more

  world::Task<void> kill() override;
  world::Task<void> end() override;
  world::Task<void> start_again() override;
  void freeze(bool frozen) override;
  std::int64_t wall() const override { return clock_.unix_nanos(); }
  void step_wall(world::Nanos by) override { clock_.step_wall(by); }

 private:
  struct Life;  // of the process

  world::SimClock& clock_;
  world::SimNetwork& network_;
  const Prepared& prepared_;
  const std::map<std::string, world::Endpoint> providers_;
  Evidence& evidence_;
  const world::Endpoint address_;
  std::unique_ptr<agent::JobStore> store_;  // which outlives its lives; null: nothing does
  std::uint64_t lives_ = 0;
  std::unique_ptr<Life> life_;  // null: it is gone
};

}  // namespace harness
