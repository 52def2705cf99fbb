#include "harness/run/ledger_facts.hpp"

namespace harness {

using reports::Latency;
using reports::Outcome;

void LedgerTally::ended(const reports::Operation& op) {
  if (op.sent != world::kNever) ++turns_;
  // Who gave up, or was cut off by the end, says nothing of how the user was served.
  if (op.outcome == Outcome::cancelled || op.outcome == Outcome::in_flight) return;
  if (op.user >= users_.size()) users_.resize(std::size_t{op.user} + 1);
  ++users_[op.user].asked;
  const bool good = op.outcome == Outcome::ok &&
                    *reports::latency_of(op, Latency::response) <= good_within_;
  if (good) ++users_[op.user].good;
}

void LedgerTally::prompt(const fakes::PromptRecord& prompt) {
  const bool is_tool_call = !prompt.call.empty();
  if (prompt.asked && !is_tool_call) ++calls_;
}

void LedgerTally::agent(const agent::LedgerEntry& entry) {
  if (entry.kind != agent::LedgerKind::memory || entry.value < 0) return;
  if (samples_seen_++ % stride_ != 0) return;
  if (samples_.size() == kSamplesMax) {
    for (std::size_t i = 0; i < kSamplesMax / 2; ++i) samples_[i] = samples_[2 * i];
    samples_.resize(kSamplesMax / 2);
    stride_ *= 2;
    if ((samples_seen_ - 1) % stride_ != 0) return;
  }
  samples_.push_back({entry.at, static_cast<std::uint64_t>(entry.value)});
}

LedgerFacts LedgerTally::facts() const {
  LedgerFacts facts;
  if (calls_ > 0) facts.provider_calls = calls_;
  facts.turns_asked = turns_;
  facts.jain_index = jain_index(users_);
  for (const UserTally& user : users_) {
    if (user.asked > 0) ++facts.users;
  }
  facts.memory_samples = samples_seen_;
  facts.memory_slope_bytes_per_hour = memory_slope(samples_);
  return facts;
}

}  // namespace harness
