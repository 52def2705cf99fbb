#include "harness/oracles/prefers_first.hpp"

#include "reports/text.hpp"

namespace harness {

using agent::LedgerKind;
using world::Instant;
using world::Nanos;

PrefersFirst::PrefersFirst(const OracleInput& input)
    : patience_(static_cast<std::int64_t>(input.parameter)) {
  if (input.scenario == nullptr || input.scenario->agent.providers.size() < 2) return;
  first_ = input.scenario->agent.providers.front();
}

void PrefersFirst::on_agent(const agent::LedgerEntry& entry) {
  if (first_.empty()) return;
  while (entry.at >= begin_ + kStretch) judge(begin_ + kStretch);
  const bool of_first = entry.key == first_;
  const bool of_tool = entry.key.starts_with("tool:");
  if (entry.kind == LedgerKind::called && entry.value == 1 && !of_tool) {
    ++asked_;
    if (of_first) ++asked_first_;
  }
  if (!of_first) return;
  if (entry.kind == LedgerKind::breaker) has_reason_ = entry.to != "closed";
  const bool failed = entry.kind == LedgerKind::call_ended && entry.from != "ok" &&
                      entry.from != "cancelled";
  if (failed || entry.kind == LedgerKind::breaker || entry.kind == LedgerKind::rejected) {
    reason_ = entry.at;
  }
}

void PrefersFirst::judge(Instant end) {
  const bool has_none = !has_reason_ && (reason_ == Instant{} || begin_ - reason_ >= patience_);
  if (has_none && asked_ >= kAskedMin) {
    check();
    if (asked_first_ * 100 < asked_ * kShareMin) {
      violate(end, first_,
              "is the agent's first provider and has been well for " +
                  reports::human_duration(end - reason_) + ", but only " +
                  std::to_string(asked_first_) + " of " + std::to_string(asked_) +
                  " requests asked it first in the last " + reports::human_duration(kStretch));
    }
  }
  begin_ = end;
  asked_ = asked_first_ = 0;
}

void PrefersFirst::finish(bool) {
  if (!first_.empty()) judge(begin_ + kStretch);
}

}  // namespace harness
