// conservation: the three ledgers tell one story of every turn. A request that the clients have a
// status for was received once by the agent and ended there once (answered, refused or abandoned),
// unless the run ended before it had to, or the agent itself was gone meanwhile. An answer that the
// client calls ok is `answered ok` (or degraded) there, and complete at a fake unless degraded. No
// fake saw more prompts of a turn than the agent called; fewer only where calls failed. A turn is
// judged when nothing was heard of it for kHorizon. Memory: the turns of that time.
#pragma once

#include "harness/oracles/absences.hpp"
#include "harness/oracles/prompt_facts.hpp"
#include "harness/oracles/recent_turns.hpp"

namespace harness {

class Conservation final : public Oracle {
 public:
  static constexpr world::Nanos kHorizon = std::chrono::minutes(1);
  // A turn with fewer prompts than calls waits so many horizons for a fake that works on.
  static constexpr std::uint8_t kWaitsMax = 10;

  explicit Conservation(const OracleInput& input);

  void on_sent(const reports::Operation& op) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_prompt(const PromptRead& prompt) override;
  void on_agent(const agent::LedgerEntry& entry) override;
  void on_life(const AgentLife& life) override { absences_.take(life); }
  void finish(bool complete) override;

 private:
  struct Turn {
    world::Instant at{};  // something was last heard of it
    world::Instant first = world::kNever;
    std::uint16_t status = 0;  // that the client has
    reports::Outcome outcome = reports::Outcome::in_flight;
    bool sent = false;
    bool ended = false;  // at the client
    bool answered_ok = false;
    bool degraded = false;
    bool whole_at_fake = false;
    std::uint8_t received = 0;
    std::uint8_t again = 0;         // of these, sendings that had been received before
    std::uint64_t sendings = 0;     // a bit for each that was received
    std::uint8_t answered = 0;
    std::uint8_t refused = 0;
    std::uint8_t abandoned = 0;
    std::uint8_t waits = 0;
    std::uint16_t called = 0;
    std::uint16_t call_ended = 0;
    std::uint16_t call_ok = 0;
    std::uint16_t prompts = 0;
    std::uint16_t long_prompts = 0;  // that took longer than the horizon
  };

  Turn& heard(world::TurnId id, world::Instant at);
  void forget(world::Instant now);
  void judge(world::TurnId id, const Turn& turn);
  void judge_received(world::TurnId id, const Turn& turn);
  void judge_answered(world::TurnId id, const Turn& turn);
  void judge_calls(world::TurnId id, const Turn& turn);

  // The agent went away while it had the turn, so that entries may be missing.
  bool lost_words(const Turn& turn) const;

  RecentTurns<Turn> turns_;
  Absences absences_;
  world::Nanos deadline_{0};  // how long the agent may take for one request
  world::Instant last_{};     // that something was heard of
  bool agent_speaks_ = false;  // without its ledger nothing can be compared
  bool complete_ = true;       // an interrupted run cuts off what was open
};

}  // namespace harness
