// bounded_retries: over the run, the providers are called at most `ratio` times for each thing that
// was asked of them (judged from kAskedMin on), and no turn comes to them more than kCallsMax times.
// A prompt with more messages than any before of its turn is the next step of an agent that uses
// tools: another thing asked, not a retry. Memory: the turns of the last kHorizon.
#pragma once

#include "harness/oracles/prompt_facts.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class BoundedRetries final : public Oracle {
 public:
  static constexpr std::uint32_t kCallsMax = 16;   // of one turn, all its steps together
  static constexpr std::uint64_t kAskedMin = 20;   // fewer say nothing of a ratio
  static constexpr std::size_t kWorstMax = 5;      // turns that the witness names
  static constexpr world::Nanos kHorizon = std::chrono::minutes(2);  // since the last call

  explicit BoundedRetries(double ratio) : ratio_(ratio), turns_(kHorizon) {}

  void on_prompt(const PromptRead& prompt) override;
  void finish(bool complete) override;

 private:
  struct Turn {
    std::uint32_t calls = 0;
    std::int64_t messages = 0;  // of its longest prompt
    world::Instant first{};
    world::Instant last{};
  };
  struct Worst {
    world::TurnId id;
    Turn turn;
  };

  void part(world::TurnId id, const Turn& turn);

  double ratio_;
  RecentTurns<Turn> turns_;
  std::uint64_t asked_ = 0;
  std::uint64_t calls_ = 0;
  std::vector<Worst> worst_;  // most calls first
  world::Instant last_{};
};

}  // namespace harness
