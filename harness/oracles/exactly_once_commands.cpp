#include "harness/oracles/exactly_once_commands.hpp"

#include "world/random.hpp"

namespace harness {

using reports::Outcome;

bool ExactlyOnceCommands::says_may_have_run(std::string_view body) {
  const std::size_t execution = body.find("\"execution\"");
  if (execution == std::string_view::npos) return false;
  const std::string_view rest = body.substr(execution);
  for (const std::string_view state : {"\"partial\"", "\"completed\"", "\"unknown\""}) {
    if (rest.find(state) != std::string_view::npos) return true;
  }
  return false;
}

void ExactlyOnceCommands::on_prompt(const PromptRead& prompt) {
  const fakes::PromptRecord& record = *prompt.record;
  if (!record.effect || !is_tool_call(prompt)) return;
  check();
  turns_.forget(record.ended);
  Turn& turn = turns_.touch(prompt.asked, record.ended);
  Effect effect;
  effect.call = world::entity_of(record.call);
  effect.at = record.ended;
  effect.name = record.call;
  for (const Effect& before : turn.effects) {
    if (before.call != effect.call) continue;
    violate(record.ended, world::to_text(prompt.asked),
            "the command " + effect.name + " had its effect on " + record.backend +
                " a second time, as attempt " + std::to_string(record.attempt) +
                "; the first was at " + text_of(before.at));
    break;
  }
  contradict(prompt.asked, turn, effect);
  if (turn.effects.size() < kEffectsMax) turn.effects.push_back(std::move(effect));
}

void ExactlyOnceCommands::on_ended(const reports::Operation& op, const Reply& reply) {
  if (op.outcome != Outcome::error || op.http_status < 400) return;
  if (says_may_have_run(reply.error_body)) return;
  turns_.forget(op.last_event);
  Turn& turn = turns_.touch(turn_of(op), op.last_event);
  turn.denied = op.last_event;
  turn.status = op.http_status;
  if (!turn.effects.empty()) contradict(turn_of(op), turn, turn.effects.front());
}

// In either order: the effect may come behind the answer that denies it.
void ExactlyOnceCommands::contradict(world::TurnId id, Turn& turn, const Effect& effect) {
  if (turn.denied == world::kNever || turn.reported) return;
  turn.reported = true;
  violate(std::max(turn.denied, effect.at), world::to_text(id),
          "the user was told at " + text_of(turn.denied) + " that the turn failed (status " +
              std::to_string(turn.status) + ") and not that a command may have run, but " +
              effect.name + " had its effect at " + text_of(effect.at));
}

}  // namespace harness
