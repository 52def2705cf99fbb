// conversation_integrity: each prompt that reaches a fake is a read of a conversation. Whatever was
// answered before a turn was sent must be in that turn's prompt, once, in order, with its reply,
// and nothing of another conversation may be. Turns in flight at the same time may come in any
// order. After Elle's list-append checks (Kingsbury, Alvaro 2020). Memory: the turns of each
// conversation.
#pragma once

#include <map>
#include <vector>

#include "harness/oracles/oracle.hpp"

namespace harness {

class ConversationIntegrity final : public Oracle {
 public:
  void on_sent(const reports::Operation& op) override;
  void on_ended(const reports::Operation& op, const Reply& reply) override;
  void on_prompt(const PromptRead& prompt) override;

 private:
  struct Turn {
    world::Instant sent = world::kNever;
    world::Instant answered = world::kNever;  // kNever: in flight, or failed
    bool reported = false;                    // its loss was reported: one witness is enough
  };
  struct Conversation {
    std::vector<Turn> turns;              // by turn ordinal
    std::vector<std::uint32_t> answered;  // ordinals in the order of their answers
  };
  using Key = std::pair<std::uint32_t, std::uint32_t>;  // user, session

  static constexpr std::uint32_t kTurnsMax = 1'000'000;  // of one conversation

  void check_markers(const PromptRead& prompt, Conversation& conversation);
  void check_lost(const PromptRead& prompt, Conversation& conversation);

  std::map<Key, Conversation> conversations_;
  std::vector<std::uint8_t> seen_;  // scratch: by turn ordinal, bit 0 the turn, bit 1 its reply
};

}  // namespace harness
