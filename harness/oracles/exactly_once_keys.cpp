#include "harness/oracles/exactly_once_keys.hpp"

#include <algorithm>

#include "harness/oracles/prompt_facts.hpp"
#include "world/random.hpp"

namespace harness {

using reports::Operation;
using reports::Outcome;
using world::Instant;

namespace {

std::string copy_text(std::uint32_t sending) {
  return "copy " + std::to_string(sending) + " of the request, with the same Idempotency-Key, ";
}

}  // namespace

void ExactlyOnceKeys::on_sent(const Operation& op) {
  if (op.has_key) turns_.touch(turn_of(op), op.sent);
}

void ExactlyOnceKeys::on_ended(const Operation& op, const Reply& reply) {
  if (!op.has_key) return;
  turns_.forget(op.last_event);
  if (op.outcome != Outcome::ok) return;
  Turn& turn = turns_.touch(turn_of(op), op.last_event);
  check();
  turn.answered = true;
  turn.at = op.last_event;
  turn.first = {0, reply.id, world::entity_of(reply.text)};
  for (const Answer& copy : turn.before) compare(op, op.last_event, turn.first, copy);
  turn.before.clear();
}

void ExactlyOnceKeys::on_sequel(const Operation& op, const Sequel& sequel) {
  if (sequel.kind != Sequel::Kind::copy || sequel.http_status == 0) return;
  Turn* turn = turns_.find(turn_of(op));
  if (turn == nullptr) return;
  check();
  const bool ok = sequel.outcome == Outcome::ok;
  if (ok) {
    const Answer copy{sequel.sending, sequel.id, world::entity_of(sequel.text)};
    if (turn->answered) compare(op, sequel.at, turn->first, copy);
    else if (turn->before.size() < kKeptMax) turn->before.push_back(copy);
    return;
  }
  const bool refused = sequel.outcome == Outcome::error && sequel.http_status >= 400;
  if (!refused) return;  // it ended as the turn's own job did, or broke off
  if (sequel.http_status == 422) {
    violate(sequel.at, reports::turn_text(op),
            copy_text(sequel.sending) + "was refused as another request (422)");
  } else if (turn->answered && sequel.sent >= turn->at) {
    violate(sequel.at, reports::turn_text(op),
            copy_text(sequel.sending) + "came when the request had been answered, and got status " +
                std::to_string(sequel.http_status));
  }
}

void ExactlyOnceKeys::compare(const Operation& op, Instant at, const Answer& first,
                              const Answer& copy) {
  const bool other_id = !first.id.empty() && !copy.id.empty() && first.id != copy.id;
  if (!other_id && first.text == copy.text) return;
  std::string what = copy_text(copy.sending) + "got another answer";
  if (other_id) what += ": " + copy.id + " instead of " + first.id;
  violate(at, reports::turn_text(op), std::move(what));
}

void ExactlyOnceKeys::on_prompt(const PromptRead& prompt) {
  const fakes::PromptRecord& record = *prompt.record;
  if (is_tool_call(prompt) || record.end != fakes::End::completed || record.status != 200) return;
  Turn* turn = turns_.find(prompt.asked);
  if (turn == nullptr) return;
  check();
  for (const Execution& before : turn->executions) {
    if (before.messages != record.messages) continue;
    if (absences_.any_between(before.ended, record.ended)) continue;
    violate(record.ended, world::to_text(prompt.asked),
            "the request has an Idempotency-Key and was carried out twice: " + before.backend +
                " answered it at " + text_of(before.ended) + ", and " + record.backend + " at " +
                text_of(record.ended));
    break;
  }
  if (turn->executions.size() < kKeptMax) {
    turn->executions.push_back({record.messages, record.ended, record.backend});
  }
}

}  // namespace harness
