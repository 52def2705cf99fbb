// daily_quota: the quotas of `agent.rate` (daily_free, daily_basic, daily_pro), by the clients' own
// count. On no day of the agent's wall clock is a user answered more often than the tier allows,
// and nobody is refused for the quota before it was used up: a kill, or a clock that is set,
// neither loses nor doubles any. Which day it is, is known from the first time on that a fault sets
// the clock. What may belong to two days (sent within kDoubt of a step or of a day's begin, or of
// somebody whose day has a daily_jitter) and what ended without an answer may or may not have been
// charged, and counts for the user. Memory: the counts of each user and day of the run.
#pragma once

#include <map>
#include <vector>

#include "harness/oracles/prompt_facts.hpp"

namespace harness {

class DailyQuota final : public Oracle {
 public:
  static constexpr world::Nanos kDoubt = std::chrono::seconds(1);

  explicit DailyQuota(const OracleInput& input);

  void on_life(const AgentLife& life) override;
  void on_sent(const reports::Operation& op) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;

 private:
  struct Count {
    std::int64_t answered = 0;
    std::int64_t perhaps = 0;  // charged, for all that the clients know
  };
  struct Days {  // that an instant may belong to
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  struct Step {
    world::Instant at{};
    std::int64_t wall = 0;  // from then on
  };

  bool days_of(world::Instant at, Days& days) const;
  std::int64_t limit_of(std::uint32_t user) const;
  bool was_for_quota(const reports::Operation& op, const Reply& reply) const;

  const agent::RateConfig* config_ = nullptr;
  std::map<std::uint32_t, std::int64_t> limits_;  // of those who are not free
  std::vector<Step> steps_;
  std::map<std::pair<std::uint32_t, std::int64_t>, Count> counts_;  // by user and day
  std::map<std::uint32_t, std::int64_t> open_;                      // requests of each user
};

}  // namespace harness
