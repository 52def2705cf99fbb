#include "harness/oracles/conversation_integrity.hpp"

namespace harness {

using world::Instant;
using world::TurnId;

namespace {
constexpr std::uint8_t kTurnSeen = 1;
constexpr std::uint8_t kReplySeen = 2;
}  // namespace

void ConversationIntegrity::on_sent(const reports::Operation& op) {
  if (op.turn >= kTurnsMax) return;
  auto& turns = conversations_[{op.user, op.session}].turns;
  if (turns.size() <= op.turn) turns.resize(op.turn + 1);
  turns[op.turn].sent = op.sent;
}

void ConversationIntegrity::on_ended(const reports::Operation& op, const Reply&) {
  if (op.outcome != reports::Outcome::ok || op.turn >= kTurnsMax) return;
  Conversation& conversation = conversations_[{op.user, op.session}];
  if (op.turn >= conversation.turns.size()) return;
  conversation.turns[op.turn].answered = op.last_event;
  conversation.answered.push_back(op.turn);
}

void ConversationIntegrity::on_prompt(const PromptRead& prompt) {
  if (prompt.record != nullptr && !prompt.record->call.empty()) return;  // of a tool: no history
  const auto found = conversations_.find({prompt.asked.user, prompt.asked.session});
  if (found == conversations_.end()) return;  // not one of this run's conversations
  Conversation& conversation = found->second;
  if (prompt.asked.turn >= conversation.turns.size()) return;
  check();
  seen_.assign(conversation.turns.size(), 0);
  check_markers(prompt, conversation);
  check_lost(prompt, conversation);
}

// What is in the prompt: only this conversation, each turn once, in an order that can be.
void ConversationIntegrity::check_markers(const PromptRead& prompt, Conversation& conversation) {
  const std::string who = world::to_text(prompt.asked);
  Instant latest_sent = Instant::min();  // of the turns that came before in the prompt
  std::uint32_t latest = 0;
  for (const PromptMarker& marker : prompt.markers) {
    const TurnId turn = marker.turn;
    if (turn.user != prompt.asked.user || turn.session != prompt.asked.session ||
        turn.turn >= conversation.turns.size()) {
      violate(prompt.at, who,
              (marker.is_reply ? "the prompt holds the reply to " : "the prompt holds turn ") +
                  world::to_text(turn) + ", which is not of this conversation");
      continue;
    }
    std::uint8_t& seen = seen_[turn.turn];
    const std::uint8_t bit = marker.is_reply ? kReplySeen : kTurnSeen;
    if (seen & bit) {
      violate(prompt.at, who,
              (marker.is_reply ? "the reply to " : "turn ") + world::to_text(turn) +
                  " is in the prompt twice");
    }
    seen |= bit;
    if (marker.is_reply) continue;
    const Turn& state = conversation.turns[turn.turn];
    if (state.answered < latest_sent) {
      violate(prompt.at, who,
              "turn " + world::to_text(turn) + " stands behind turn " +
                  world::to_text({turn.user, turn.session, latest}) +
                  ", which was sent after it had been answered");
    }
    if (state.sent != world::kNever && state.sent > latest_sent) {
      latest_sent = state.sent;
      latest = turn.turn;
    }
  }
}

// What must be in the prompt: every turn whose answer came before this turn was sent.
void ConversationIntegrity::check_lost(const PromptRead& prompt, Conversation& conversation) {
  const Instant sent = conversation.turns[prompt.asked.turn].sent;
  for (const std::uint32_t ordinal : conversation.answered) {
    Turn& turn = conversation.turns[ordinal];
    if (turn.answered >= sent || ordinal == prompt.asked.turn || turn.reported) continue;
    const std::uint8_t seen = seen_[ordinal];
    if (seen == (kTurnSeen | kReplySeen)) continue;
    turn.reported = true;
    const std::string lost = world::to_text({prompt.asked.user, prompt.asked.session, ordinal});
    violate(prompt.at, world::to_text(prompt.asked),
            (seen & kTurnSeen) ? "the reply to " + lost + " is missing from the prompt"
                               : "turn " + lost + " was answered before and is lost");
  }
}

}  // namespace harness
