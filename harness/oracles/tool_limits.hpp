// tool_limits: the limits of `agent.rate` on tools, counted where the calls arrive. (1) No user's
// calls of one tool exceed maxCallsPerMinute in any 60 s, nor burstSize at once and one more for
// each even share of the minute behind it. (2) No turn makes more than maxCallsPerTask. (3) Where
// calls that are over the limit fail at once (cooldownMs: 0), and for tasks, a call is refused only
// when the limit was used up, by the core's own ledger. Between the limiter and the tool a call may
// take up to kTransit. Memory: the calls of the last two minutes, at most kKeptMax of each user's
// tool.
#pragma once

#include <deque>
#include <map>
#include <utility>

#include "harness/oracles/prompt_facts.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class ToolLimits final : public Oracle {
 public:
  static constexpr world::Nanos kWindow = std::chrono::seconds(60);
  static constexpr world::Nanos kTransit = std::chrono::seconds(1);
  static constexpr world::Nanos kHorizon = std::chrono::minutes(10);  // of a turn
  static constexpr std::size_t kKeptMax = 1'000;

  explicit ToolLimits(const OracleInput& input);

  void on_prompt(const PromptRead& prompt) override;
  void on_agent(const agent::LedgerEntry& entry) override;
  void finish(bool complete) override;

 private:
  struct Rate {
    bool on = false;
    std::int64_t per_minute = 0;
    std::int64_t per_task = 0;
    std::int64_t burst = 0;  // 0: calls are not spaced
    bool fails_at_once = false;
  };
  struct Line {                         // of a user's tool
    std::deque<world::Instant> came;    // to the tool, ascending
    std::deque<world::Instant> called;  // as the ledger says, ascending
    std::deque<agent::LedgerEntry> refused;  // not yet judged
  };
  using Counts = std::map<std::string, std::int64_t>;  // calls of each tool

  const Rate& rate_of(const std::string& tool);
  Line& line_of(std::uint32_t user, const std::string& tool);
  void judge_windows(const PromptRead& prompt, const std::string& tool, const Rate& rate,
                     const Line& line, std::size_t from);
  void judge_refusals(Line& line, world::Instant until);
  void forget(world::Instant now);

  const agent::RateConfig* config_ = nullptr;
  std::map<std::string, Rate> rates_;
  std::map<std::pair<std::uint32_t, std::string>, Line> lines_;
  RecentTurns<Counts> turns_;         // that came
  RecentTurns<Counts> turns_called_;  // of the ledger
  world::Instant forgotten_{};
};

}  // namespace harness
