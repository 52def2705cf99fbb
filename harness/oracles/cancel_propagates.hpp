// cancel_propagates: when the user has left (gave up, or waited to the client's deadline), whoever
// still works for the turn loses its client within `duration`, and nobody begins to work for it
// later than that. A fake that notices only when it writes says peer_gone, whenever that is: it had
// lost its client. Prompts are told when they end, so one that was told before the user left was over
// by then. Memory: the turns whose users left in the last kHorizon.
#pragma once

#include "harness/oracles/prompt_facts.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class CancelPropagates final : public Oracle {
 public:
  static constexpr world::Nanos kHorizon = std::chrono::minutes(10);

  explicit CancelPropagates(double within_ns)
      : within_(static_cast<std::int64_t>(within_ns)), left_(kHorizon) {}

  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_prompt(const PromptRead& prompt) override;

 private:
  void judge(const PromptRead& prompt, world::Instant left);

  world::Nanos within_;
  RecentTurns<world::Instant> left_;  // when the user of the turn left
};

}  // namespace harness
