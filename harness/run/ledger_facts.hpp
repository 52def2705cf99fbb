// LedgerTally: what the ledgers of a run say that the recorder cannot know, for the objectives on
// them: how often providers were called for how many turns, how each user fared, and the memory of
// the target. Memory: a tally for each user of the scenario, and kSamplesMax samples. One thread.
#pragma once

#include <vector>

#include "agent/ledger.hpp"
#include "fakes/journal.hpp"
#include "harness/verdict/slo_facts.hpp"
#include "reports/operation.hpp"

namespace harness {

class LedgerTally {
 public:
  static constexpr std::size_t kSamplesMax = 2 * kSlopeSamplesMax;  // then every other one

  // A good answer is ok and within `good_within` (see Layout::good_within).
  explicit LedgerTally(world::Nanos good_within) : good_within_(good_within) {}

  void ended(const reports::Operation& op);
  void prompt(const fakes::PromptRecord& prompt);
  void agent(const agent::LedgerEntry& entry);

  // Calls are nothing when no fake was ever called: the target may have providers of its own.
  LedgerFacts facts() const;

 private:
  world::Nanos good_within_;
  std::uint64_t turns_ = 0;
  std::uint64_t calls_ = 0;
  std::vector<UserTally> users_;
  std::vector<MemorySample> samples_;
  std::uint64_t samples_seen_ = 0;
  std::uint64_t stride_ = 1;
};

}  // namespace harness
