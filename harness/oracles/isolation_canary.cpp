#include "harness/oracles/isolation_canary.hpp"

#include "harness/oracles/turn_mark.hpp"

namespace harness {
namespace {

// " (3 marks of other users in all)", or nothing.
std::string more_of(std::size_t others) {
  if (others <= 1) return "";
  return " (" + std::to_string(others) + " marks of other users in all)";
}

std::string of_user(const world::TurnId& turn) {
  return ", which is user u" + std::to_string(turn.user) + "'s";
}

}  // namespace

void IsolationCanary::on_ended(const reports::Operation& op, const Reply& reply) {
  if (reply.text.empty() && reply.error_body.empty()) return;
  check();
  look(op, reply.text, "the answer");
  look(op, reply.error_body, "the error");
}

void IsolationCanary::look(const reports::Operation& op, std::string_view text,
                           std::string_view where) {
  std::size_t others = 0;
  std::optional<TurnMark> first;
  std::size_t from = 0;
  while (const auto mark = next_mark(text, from)) {
    if (mark->turn.user == op.user) continue;
    if (++others == 1) first = mark;
  }
  if (!first) return;
  violate(op.last_event, reports::turn_text(op),
          std::string(where) + " holds " + std::string(first->text) + of_user(first->turn) +
              more_of(others));
}

void IsolationCanary::on_prompt(const PromptRead& prompt) {
  check();
  std::size_t others = 0;
  const PromptMarker* first = nullptr;
  for (const PromptMarker& marker : prompt.markers) {
    if (marker.turn.user == prompt.asked.user) continue;
    if (++others == 1) first = &marker;
  }
  if (first == nullptr) return;
  violate(prompt.at, world::to_text(prompt.asked),
          "the prompt to " + std::string(prompt.backend) + " holds " +
              (first->is_reply ? "the reply to " : "turn ") + world::to_text(first->turn) +
              of_user(first->turn) + more_of(others));
}

}  // namespace harness
