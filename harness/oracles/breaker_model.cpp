#include "harness/oracles/breaker_model.hpp"

#include "world/random.hpp"

namespace harness {

using agent::LedgerKind;

BreakerModel::BreakerModel(const OracleInput& input) {
  if (input.scenario == nullptr) return;
  const agent::BreakerConfig& config = input.scenario->agent.breaker;
  rules_.failures = static_cast<std::uint32_t>(config.failures);
  rules_.successes = static_cast<std::uint32_t>(config.successes);
  rules_.open = config.reset_after;
  rules_.open_max = config.reset_after_max;
  rules_.jitter = static_cast<double>(config.jitter_percent) / 100;
  rules_.window = config.window;
  rules_.calls = static_cast<std::uint32_t>(config.calls_min);
  rules_.ratio_percent = static_cast<std::uint32_t>(config.ratio_percent);
  rules_.slow = config.slow_floor;
  rules_.slow_percent = static_cast<std::uint32_t>(config.slow_percent);
}

void BreakerModel::on_agent(const agent::LedgerEntry& entry) {
  const bool wanted = entry.kind == LedgerKind::called || entry.kind == LedgerKind::call_ended ||
                      entry.kind == LedgerKind::breaker || entry.kind == LedgerKind::rejected;
  if (!wanted) return;
  ReferenceBreaker* breaker = breaker_of(entry.key);
  if (breaker == nullptr) return;
  last_ = entry.at;
  const std::uint64_t request = world::entity_of(entry.request);
  std::string wrong;
  switch (entry.kind) {
    case LedgerKind::called: wrong = breaker->called(entry.at, request); break;
    case LedgerKind::call_ended:
      wrong = breaker->call_ended(entry.at, request, entry.from, entry.value);
      break;
    case LedgerKind::breaker:
      wrong = breaker->moved(entry.at, entry.from, entry.to, entry.value == kByHand);
      break;
    default: wrong = breaker->rejected(entry.at);
  }
  if (breaker->judged()) check();
  if (!wrong.empty()) say(entry, std::move(wrong));
}

// The breakers are memory of the process, and gone with it.
void BreakerModel::on_life(const AgentLife& life) {
  if (life.event == AgentLife::Event::started) breakers_.clear();
}

void BreakerModel::say(const agent::LedgerEntry& entry, std::string wrong) {
  std::string what = "the breaker " + std::move(wrong);
  if (!entry.request.empty()) what += ", as " + entry.request + " shows";
  violate(entry.at, entry.key, std::move(what));
}

ReferenceBreaker* BreakerModel::breaker_of(const std::string& key) {
  const auto found = breakers_.find(key);
  if (found != breakers_.end()) return &found->second;
  if (breakers_.size() >= kKeysMax) return nullptr;
  return &breakers_.emplace(key, ReferenceBreaker(rules_)).first->second;
}

void BreakerModel::finish(bool) {
  for (auto& [key, breaker] : breakers_) {
    std::string wrong = breaker.finish(last_);
    if (!wrong.empty()) violate(last_, key, "the breaker " + std::move(wrong));
  }
}

}  // namespace harness
