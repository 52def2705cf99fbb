// exactly_once_commands: no command of a turn has its effect twice (the same tool with the same
// arguments, or the same call id, see PromptRecord::call), and a user who was told that the turn
// failed was told that a command may have run (`execution.state` of the error's body says partial,
// completed or unknown). Memory: the turns with effects or failures in the last kHorizon.
#pragma once

#include "harness/oracles/prompt_facts.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class ExactlyOnceCommands final : public Oracle {
 public:
  static constexpr world::Nanos kHorizon = std::chrono::minutes(10);
  static constexpr std::size_t kEffectsMax = 256;  // kept of one turn: the first ones

  ExactlyOnceCommands() : turns_(kHorizon) {}

  void on_prompt(const PromptRead& prompt) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;

  // Whether an error's body admits that something may have been done.
  static bool says_may_have_run(std::string_view error_body);

 private:
  struct Effect {
    std::uint64_t call = 0;
    world::Instant at{};
    std::string name;
  };
  struct Turn {
    std::vector<Effect> effects;
    world::Instant denied = world::kNever;  // told as failed without a word of effects
    std::uint16_t status = 0;               // that told it
    bool reported = false;
  };

  void contradict(world::TurnId id, Turn& turn, const Effect& effect);

  RecentTurns<Turn> turns_;
};

}  // namespace harness
