// retry_after_honoured: who was told to wait (Retry-After) comes not earlier. (1) A refused turn
// comes again to that backend, or to another one of its account (`agent.rate.groups`), no sooner
// than told, but for 1 % of the wait or 50 ms, whichever is more. (2) While a backend's wait runs,
// from kNewsTravels after it was told on, at most kOthersMax calls of other turns are refused there
// with a Retry-After of their own: an agent that knows of the wait holds all its calls back.
// Memory: the turns that were told in the last kHorizon.
#pragma once

#include <array>
#include <map>

#include "harness/oracles/prompt_facts.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class RetryAfterHonoured final : public Oracle {
 public:
  static constexpr world::Nanos kToleranceMin = std::chrono::milliseconds(50);
  static constexpr std::int64_t kTolerancePart = 100;  // of the wait
  static constexpr world::Nanos kNewsTravels = std::chrono::seconds(1);
  static constexpr std::uint64_t kOthersMax = 20;
  static constexpr std::size_t kNoticesMax = 4;  // kept of one turn: the last ones
  static constexpr world::Nanos kHorizon = std::chrono::minutes(10);

  explicit RetryAfterHonoured(const OracleInput& input);

  void on_prompt(const PromptRead& prompt) override;

 private:
  struct Notice {
    world::Instant told{};
    world::Nanos wait{-1};  // negative: none
    std::uint16_t status = 0;
    std::uint8_t backend = 0;
  };
  struct Turn {
    std::array<Notice, kNoticesMax> notices;
    std::uint8_t next = 0;
  };
  struct Wait {  // that a backend has told, whomever
    world::Instant told{};
    world::Instant until{};
    world::TurnId first;
    std::uint64_t refused = 0;  // calls of others meanwhile
  };

  void judge(const PromptRead& prompt, std::uint8_t backend);
  void note(const PromptRead& prompt, std::uint8_t backend);

  RecentTurns<Turn> turns_;
  std::map<std::string, std::string, std::less<>> accounts_;  // of backends that share one
  Names backends_;           // or accounts
  std::vector<Wait> waits_;  // by the same
};

}  // namespace harness
