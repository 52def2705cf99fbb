#include "harness/oracles/conservation.hpp"

#include <algorithm>

#include "reports/text.hpp"

namespace harness {

using agent::LedgerKind;
using fakes::End;
using reports::Outcome;

namespace {
constexpr int kTooLarge = 413;  // the status
}  // namespace

Conservation::Conservation(const OracleInput& input) : turns_(kHorizon) {
  if (input.scenario == nullptr) return;
  const agent::Config& config = input.scenario->agent;
  deadline_ = config.retry.deadline;
  if (deadline_ > world::Nanos{0}) return;
  deadline_ = config.request_timeout;
  for (const world::Nanos wait : config.retry_waits) deadline_ += config.request_timeout + wait;
}

Conservation::Turn& Conservation::heard(world::TurnId id, world::Instant at) {
  forget(at);
  Turn& turn = turns_.touch(id, at);
  turn.at = std::max(turn.at, at);
  last_ = std::max(last_, at);
  turn.first = std::min(turn.first, at);
  return turn;
}

void Conservation::forget(world::Instant now) {
  const auto held = [](Turn& turn) {
    if (turn.sent && !turn.ended) return true;
    const bool waits = turn.called > turn.call_ended || turn.called > turn.prompts;
    return waits && ++turn.waits < kWaitsMax;
  };
  turns_.forget(now, held, [this](world::TurnId id, const Turn& turn) { judge(id, turn); });
}

void Conservation::on_sent(const reports::Operation& op) {
  heard(turn_of(op), op.sent).sent = true;
}

void Conservation::on_ended(const reports::Operation& op, const Reply&) {
  if (op.outcome == Outcome::dropped) return;
  Turn& turn = heard(turn_of(op), op.last_event);
  turn.ended = true;
  turn.outcome = op.was_refused() ? Outcome::error : op.outcome;
  turn.status = op.http_status;
}

void Conservation::on_prompt(const PromptRead& prompt) {
  if (is_tool_call(prompt)) return;
  const fakes::PromptRecord& record = *prompt.record;
  Turn& turn = heard(prompt.asked, record.ended);
  ++turn.prompts;
  if (record.ended - record.at > kHorizon) ++turn.long_prompts;
  // A fault may spoil an answer and let it pass.
  const bool passed = record.end == End::faulted && record.last_write != world::kNever;
  if (record.status == 200 && (record.end == End::completed || passed)) turn.whole_at_fake = true;
}

void Conservation::on_agent(const agent::LedgerEntry& entry) {
  agent_speaks_ = true;
  switch (entry.kind) {
    case LedgerKind::received:
    case LedgerKind::refused:
    case LedgerKind::answered:
    case LedgerKind::abandoned:
    case LedgerKind::called:
    case LedgerKind::call_ended: break;
    default: return;
  }
  if (entry.key.starts_with(agent::kToolKeyPrefix)) return;  // fakes tell prompts of models only
  const auto sending = read_sending(entry.request);
  if (!sending) return;  // not a request of this run
  Turn& turn = heard(sending->turn, entry.at);
  switch (entry.kind) {
    case LedgerKind::received: {
      const std::uint64_t bit = std::uint64_t{1} << std::min<std::uint32_t>(sending->number, 63);
      if ((turn.sendings & bit) != 0) ++turn.again;
      turn.sendings |= bit;
      ++turn.received;
      break;
    }
    case LedgerKind::refused: ++turn.refused; break;
    case LedgerKind::abandoned: ++turn.abandoned; break;
    case LedgerKind::called: ++turn.called; break;
    case LedgerKind::call_ended:
      ++turn.call_ended;
      if (entry.from == "ok") ++turn.call_ok;
      break;
    default:  // answered
      ++turn.answered;
      turn.degraded = turn.degraded || entry.from == "degraded";
      turn.answered_ok = turn.answered_ok || entry.from == "ok" || entry.from == "degraded";
  }
}

void Conservation::judge(world::TurnId id, const Turn& turn) {
  if (!agent_speaks_) return;
  check();
  judge_received(id, turn);
  judge_answered(id, turn);
  judge_calls(id, turn);
}

void Conservation::judge_received(world::TurnId id, const Turn& turn) {
  const auto say = [&](std::string what) { violate(turn.at, world::to_text(id), std::move(what)); };
  if (turn.again > 0) {
    say("the agent received the request " + std::to_string(turn.again + 1) + " times");
  }
  if (turn.received > 0 && !turn.sent) say("the agent received a request that no client sent");
  // What is too large is refused before it is a request.
  if (turn.received == 0 && turn.status != 0 && turn.status != kTooLarge) {
    say("the client has an answer with status " + std::to_string(turn.status) +
        ", but the agent never received the request");
  }
  const int ends = turn.answered + turn.refused + turn.abandoned;
  if (ends > std::max(1, turn.received - turn.again)) {
    say("the request ended " + std::to_string(ends) + " times at the agent: answered " +
        std::to_string(turn.answered) + ", refused " + std::to_string(turn.refused) +
        ", abandoned " + std::to_string(turn.abandoned));
  }
  const bool cut_off = !turn.ended || turn.outcome == Outcome::in_flight ||
                       turn.first + deadline_ > last_;
  if (turn.received > 0 && ends == 0 && complete_ && !cut_off && !lost_words(turn)) {
    say("the agent received the request at " + text_of(turn.first) +
        " or later and neither answered nor refused nor abandoned it");
  }
}

void Conservation::judge_answered(world::TurnId id, const Turn& turn) {
  if (turn.outcome != Outcome::ok || turn.received == 0) return;
  if (!turn.answered_ok && lost_words(turn)) return;
  if (!turn.answered_ok) {
    std::string how = "never ended";
    if (turn.answered > 0) how = "answered with an error";
    if (turn.abandoned > 0) how = "abandoned";
    if (turn.refused > 0) how = "refused";
    violate(turn.at, world::to_text(id),
            "the client has a good answer, but the agent says that the request was " + how);
  } else if (!turn.degraded && !turn.whole_at_fake) {
    violate(turn.at, world::to_text(id),
            "the client has a good answer that is not marked as degraded, but no fake completed "
            "one: " + counted(turn.prompts, "prompt") + " came");
  }
}

void Conservation::judge_calls(world::TurnId id, const Turn& turn) {
  if (turn.prompts == turn.called) return;
  const std::string counts = "the agent called " + counted(turn.called, "time") +
                             " and the fakes saw " + counted(turn.prompts, "prompt");
  if (turn.prompts > turn.called) {
    // A prompt that outlived its turn's horizon is told when the rest is forgotten.
    const bool late = turn.called == 0 && turn.prompts == turn.long_prompts;
    if (!late) violate(turn.at, world::to_text(id), counts);
    return;
  }
  const int failed = turn.called - turn.call_ok;
  if (!complete_ || turn.called - turn.prompts <= failed) return;
  violate(turn.at, world::to_text(id),
          counts + "; only " + counted(static_cast<std::uint64_t>(failed), "call") + " failed");
}

bool Conservation::lost_words(const Turn& turn) const {
  // An answer may reach its user, and its entry nobody.
  constexpr world::Nanos kBehind = std::chrono::seconds(1);
  return absences_.any_between(turn.first, turn.at + kBehind);
}

void Conservation::finish(bool complete) {
  complete_ = complete;
  turns_.forget_all([this](world::TurnId id, const Turn& turn) { judge(id, turn); });
}

}  // namespace harness
