#include "harness/run/lane_keeper.hpp"

namespace harness {

using agent::LedgerKind;

namespace {

bool is_tool(const std::string& key) { return key.starts_with(agent::kToolKeyPrefix); }

}  // namespace

void LaneKeeper::prompt(const fakes::PromptRecord& prompt) {
  if (agent_tells_ || !prompt.call.empty()) return;
  lanes_.called(prompt.backend, prompt.ended, prompt.end == fakes::End::completed);
}

void LaneKeeper::waits(const agent::LedgerEntry& entry, bool waits) {
  const bool changed =
      waits ? waiting_.insert(entry.request).second : waiting_.erase(entry.request) > 0;
  if (!changed) return;
  lanes_.gauge("queue", "waiting", entry.at, static_cast<std::int64_t>(waiting_.size()));
}

void LaneKeeper::agent(const agent::LedgerEntry& entry) {
  switch (entry.kind) {
    case LedgerKind::call_ended:
      if (!is_tool(entry.key)) lanes_.called(entry.key, entry.at, entry.from == "ok");
      break;
    case LedgerKind::breaker:
      lanes_.state("breaker", entry.key, entry.at, entry.from, entry.to);
      lanes_.event({entry.at, "breaker", entry.key, entry.from + " -> " + entry.to});
      break;
    case LedgerKind::memory: lanes_.gauge("memory", "held", entry.at, entry.value); break;
    case LedgerKind::queued: waits(entry, true); break;
    case LedgerKind::started:
    case LedgerKind::refused:
    case LedgerKind::answered:
    case LedgerKind::abandoned: waits(entry, false); break;
    default: break;
  }
}

void LaneKeeper::life(const AgentLife& life) {
  switch (life.event) {
    case AgentLife::Event::killed:
    case AgentLife::Event::ended:
      lanes_.state("agent", "process", life.at, "up", "down");
      if (waiting_.empty()) break;
      waiting_.clear();  // a process that is gone keeps nobody waiting
      lanes_.gauge("queue", "waiting", life.at, 0);
      break;
    case AgentLife::Event::started:
    case AgentLife::Event::thawed:
      lanes_.state("agent", "process", life.at, "up", "up");
      break;
    case AgentLife::Event::frozen:
      lanes_.state("agent", "process", life.at, "up", "frozen");
      break;
    case AgentLife::Event::told_to_end:  // it is over when it has ended
    case AgentLife::Event::clock_set: break;
  }
}

}  // namespace harness
