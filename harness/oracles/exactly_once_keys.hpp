// exactly_once_keys: requests of one Idempotency-Key are carried out once, and all of them get that
// answer. Evidence of the one execution are the fakes: no prompt of the turn (told by its number of
// messages, which grows with each round of tools) is answered whole a second time, unless the agent
// itself was gone in between. A copy may be told that the first is still being carried out (409),
// until the first has been answered. Memory: the turns with keys of the last kHorizon.
#pragma once

#include "harness/oracles/absences.hpp"
#include "harness/oracles/oracle.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class ExactlyOnceKeys final : public Oracle {
 public:
  static constexpr world::Nanos kHorizon = std::chrono::minutes(10);
  static constexpr std::size_t kKeptMax = 64;          // prompts and copies of one turn

  ExactlyOnceKeys() : turns_(kHorizon) {}

  void on_sent(const reports::Operation& op) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_sequel(const reports::Operation& op, const Sequel& sequel) override;
  void on_prompt(const PromptRead& prompt) override;
  void on_life(const AgentLife& life) override { absences_.take(life); }

 private:
  struct Answer {
    std::uint32_t sending = 0;
    std::string id;
    std::uint64_t text = 0;  // its hash
  };
  struct Execution {
    std::int64_t messages = 0;
    world::Instant ended{};
    std::string backend;
  };
  struct Turn {
    bool answered = false;  // the request itself, well
    world::Instant at{};    // when
    Answer first;
    std::vector<Answer> before;  // copies that were answered before it
    std::vector<Execution> executions;
  };

  void compare(const reports::Operation& op, world::Instant at, const Answer& first,
               const Answer& copy);

  RecentTurns<Turn> turns_;
  Absences absences_;
};

}  // namespace harness
