#include "harness/run/agent_host.hpp"

#include <algorithm>

namespace harness {

using Event = AgentLife::Event;
using world::Task;

AgentStriker::AgentStriker(world::Clock& clock, const Scenario& scenario, AgentHost& host,
                           Evidence& evidence)
    : clock_(clock),
      scenario_(scenario),
      host_(host),
      evidence_(evidence),
      fired_(scenario.agent_faults.size()) {}

Task<void> AgentStriker::run() {
  world::Scope faults(clock_);
  for (std::size_t i = 0; i < fired_.size(); ++i) faults.spawn(carry_out(i));
  co_await faults.join();
}

Task<void> AgentStriker::carry_out(std::size_t index) {
  const AgentFault& fault = scenario_.agent_faults[index];
  for (const world::Instant at : strikes_of(fault, scenario_.end())) {
    co_await clock_.sleep_until(at);
    if (!up_) continue;
    ++fired_[index];
    up_ = false;
    auto striking = strike(fault);
    co_await striking;
    up_ = true;
  }
}

Task<void> AgentStriker::strike(const AgentFault& fault) {
  if (const auto* freeze = std::get_if<FreezeAgent>(&fault.action)) {
    tell(Event::frozen, fault);
    host_.freeze(true);
    co_await clock_.sleep(freeze->lasts);
    host_.freeze(false);
    tell(Event::thawed, fault);
    co_return;
  }
  if (const auto* clock = std::get_if<ClockAgent>(&fault.action)) {
    host_.step_wall(clock->step_from(host_.wall()));
    tell(Event::clock_set, fault, host_.wall());
    co_return;
  }
  const bool kills = std::holds_alternative<KillAgent>(fault.action);
  tell(kills ? Event::killed : Event::told_to_end, fault);
  if (kills) co_await host_.kill();
  else co_await host_.end();
  if (!kills) tell(Event::ended, fault);
  co_await clock_.sleep(lasts(fault.action));
  co_await host_.start_again();
  tell(Event::started, fault);
}

void AgentStriker::tell(Event event, const AgentFault& fault, std::int64_t wall) {
  evidence_.on_life({clock_.now(), event, fault.id, wall});
}

std::vector<reports::FaultResult> AgentStriker::results() const {
  std::vector<reports::FaultResult> results;
  for (std::size_t i = 0; i < fired_.size(); ++i) {
    const AgentFault& fault = scenario_.agent_faults[i];
    reports::FaultResult result;
    result.id = fault.id;
    result.kind = kind_of(fault.action).name;
    result.on = "agent";
    result.begin = fault.from;
    result.end = std::min(healed_at(fault, scenario_.end()), scenario_.end());
    result.fired = fired_[i];
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace harness
