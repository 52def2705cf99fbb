#include "harness/scenario/agent_fault.hpp"

#include <algorithm>

namespace harness {

const std::array<AgentFaultKind, std::variant_size_v<AgentAction>> kAgentFaultKinds = {{
    {"kill", "The agent's process is killed without a word, and started again.",
     "kill: {restart_after: 2s}", true},
    {"term", "The agent's process is told to end, may finish what it has begun, and is started "
             "again.",
     "term: {restart_after: 2s}", true},
    {"freeze", "The agent's process stands still for a while; its connections stay open.",
     "freeze: {for: 5s}", false},
    {"clock", "The agent's wall clock is set forward or back; its steady clock is not.",
     "clock: {forward: 6h}", true},
}};

const AgentFaultKind& kind_of(const AgentAction& action) {
  return kAgentFaultKinds[action.index()];
}

world::Nanos lasts(const AgentAction& action) {
  if (const auto* kill = std::get_if<KillAgent>(&action)) return kill->restart_after;
  if (const auto* term = std::get_if<TermAgent>(&action)) return term->restart_after;
  if (const auto* freeze = std::get_if<FreezeAgent>(&action)) return freeze->lasts;
  return world::Nanos{0};
}

world::Nanos ClockAgent::step_from(std::int64_t wall) const {
  if (time_of_day.count() == kUnset) return forward - back;
  return world::Nanos((time_of_day.count() - wall % kDay + kDay) % kDay);
}

std::string problem_of(const AgentFault& fault, const Target& target) {
  if (!target.is_given()) return {};
  if (target.command.empty()) {
    return "strikes the agent's process, and the target has only an address: give the command "
           "that starts it (`target.command`, or --target-command)";
  }
  if (!std::holds_alternative<ClockAgent>(fault.action)) return {};
  return "sets the clock of the bundled core, which a process of yours does not have; `kill`, "
         "`term` and `freeze` can strike it";
}

std::vector<world::Instant> strikes_of(const AgentFault& fault, world::Instant plan_end) {
  const world::Nanos every =
      std::visit([](const auto& action) { return action.every; }, fault.action);
  std::vector<world::Instant> strikes{fault.from};
  if (every == world::Nanos{0}) return strikes;
  const world::Instant end = std::min(fault.to, plan_end);
  while (strikes.back() + every < end && strikes.size() < kAgentStrikesMax) {
    strikes.push_back(strikes.back() + every);
  }
  return strikes;
}

world::Instant healed_at(const AgentFault& fault, world::Instant plan_end) {
  return strikes_of(fault, plan_end).back() + lasts(fault.action);
}

std::string_view name_of(AgentLife::Event event) {
  switch (event) {
    case AgentLife::Event::killed: return "killed";
    case AgentLife::Event::told_to_end: return "told_to_end";
    case AgentLife::Event::ended: return "ended";
    case AgentLife::Event::started: return "started";
    case AgentLife::Event::frozen: return "frozen";
    case AgentLife::Event::thawed: return "thawed";
    case AgentLife::Event::clock_set: return "clock_set";
  }
  return "unknown";
}

}  // namespace harness
