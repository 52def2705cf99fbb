// AgentHost: where the bundled core of a run lives, so that it can be made to go and to come back
// at the same address: a process in live, a part of the simulation in sim. AgentStriker does that
// by the scenario's faults on the agent, and tells the oracles. One clock.
#pragma once

#include <vector>

#include "harness/run/evidence.hpp"
#include "harness/scenario/agent_fault.hpp"
#include "reports/run_record.hpp"
#include "world/scope.hpp"

namespace harness {

class AgentHost {
 public:
  virtual ~AgentHost() = default;

  // Ends it at once, and completes when it is gone. What it had not made durable is lost.
  virtual world::Task<void> kill() = 0;
  // Tells it to end; completes when it has, or had to be killed.
  virtual world::Task<void> end() = 0;
  // Completes when it listens again. Throws TargetError when it does not come back.
  virtual world::Task<void> start_again() = 0;
  // Stops it where it is, or lets it go on.
  virtual void freeze(bool frozen) = 0;
  // Its wall clock, of this life and those that follow: nanoseconds since 1970 UTC.
  virtual std::int64_t wall() const = 0;
  virtual void step_wall(world::Nanos by) = 0;
};

class AgentStriker {
 public:
  AgentStriker(world::Clock& clock, const Scenario& scenario, AgentHost& host, Evidence& evidence);

  // Until every fault has struck for the last time. To be spawned beside the run.
  world::Task<void> run();

  std::vector<reports::FaultResult> results() const;

 private:
  world::Task<void> carry_out(std::size_t index);
  world::Task<void> strike(const AgentFault& fault);
  void tell(AgentLife::Event event, const AgentFault& fault, std::int64_t wall = 0);

  world::Clock& clock_;
  const Scenario& scenario_;
  AgentHost& host_;
  Evidence& evidence_;
  std::vector<std::uint64_t> fired_;
  bool up_ = true;  // and not frozen: a second fault has nothing to strike meanwhile
};

}  // namespace harness
