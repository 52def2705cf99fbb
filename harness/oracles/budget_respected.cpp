#include "harness/oracles/budget_respected.hpp"

#include <algorithm>

#include "harness/oracles/prompt_facts.hpp"
#include "reports/text.hpp"

namespace harness {

BudgetRespected::BudgetRespected(const OracleInput& input) {
  if (input.scenario == nullptr) return;
  const agent::Config& config = input.scenario->agent;
  if (config.budget.requests > 0) {
    // Its windows follow one another, so that any stretch of their length meets two of them.
    budget_ = 2 * config.budget.requests;
    budget_text_ = "twice the budget of " + std::to_string(config.budget.requests);
    window_ = config.budget.window;
  } else if (config.hard_limit) {
    window_ = config.user_rate_window;
    const auto micro = static_cast<__int128>(config.user_rate.micro_hz) * window_.count();
    budget_ = static_cast<std::int64_t>(micro / 1'000'000 / 1'000'000'000);
    budget_text_ = "the budget of " + std::to_string(budget_);
  }
}

void BudgetRespected::on_agent(const agent::LedgerEntry& entry) {
  if (entry.kind != agent::LedgerKind::spent) return;
  check();
  if (entry.value <= entry.limit) return;
  violate(entry.at, entry.key,
          "was charged " + std::to_string(entry.value) + " units of a budget of " +
              std::to_string(entry.limit) +
              (entry.request.empty() ? std::string() : ", the last for " + entry.request));
}

void BudgetRespected::on_ended(const reports::Operation& op, const Reply&) {
  if (budget_ == 0 || op.outcome != reports::Outcome::ok || op.was_refused()) return;
  check();
  const world::Instant since = op.last_event - window_;
  forget(since);
  if (op.sent <= since) return;
  std::deque<world::Instant>& sent = sent_[op.user];
  sent.insert(std::upper_bound(sent.begin(), sent.end(), op.sent), op.sent);
  answered_.push_back({op.last_event, op.user});
  while (sent.front() <= since) sent.pop_front();
  if (static_cast<std::int64_t>(sent.size()) <= budget_) return;
  violate(op.last_event, reports::user_text(op),
          counted(sent.size(), "request") + " that were sent and answered within " +
              reports::human_duration(op.last_event - sent.front()) + " (from " +
              text_of(sent.front()) + " on), more than " + budget_text_ + " in " +
              reports::human_duration(window_));
  sent.clear();  // each excess once
}

// Users whose answers have all left the window.
void BudgetRespected::forget(world::Instant before) {
  while (!answered_.empty() && answered_.front().at < before) {
    const auto user = sent_.find(answered_.front().user);
    answered_.pop_front();
    if (user == sent_.end()) continue;
    while (!user->second.empty() && user->second.front() <= before) user->second.pop_front();
    if (user->second.empty()) sent_.erase(user);
  }
}

}  // namespace harness
