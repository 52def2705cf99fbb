#include "harness/oracles/cancel_propagates.hpp"

#include "reports/text.hpp"

namespace harness {

using fakes::End;
using reports::Outcome;

void CancelPropagates::on_ended(const reports::Operation& op, const Reply&) {
  const bool left = op.outcome == Outcome::cancelled || op.outcome == Outcome::timeout;
  if (!left || op.sent == world::kNever) return;
  left_.touch(turn_of(op), op.last_event) = op.last_event;
}

void CancelPropagates::on_prompt(const PromptRead& prompt) {
  if (left_.size() == 0) return;
  left_.forget(prompt.record->ended);
  const world::Instant* left = left_.find(prompt.asked);
  if (left != nullptr && prompt.record->ended > *left) judge(prompt, *left);
}

void CancelPropagates::judge(const PromptRead& prompt, world::Instant left) {
  check();
  const fakes::PromptRecord& record = *prompt.record;
  const std::string who = world::to_text(prompt.asked);
  const std::string backend(prompt.backend);
  const std::string when = "the user had left at " + text_of(left);
  if (prompt.at > left + within_) {
    violate(prompt.at, who,
            when + "; " + reports::human_duration(prompt.at - left) + " later " + backend +
                " was asked for the turn all the same");
    return;
  }
  if (lost_client(record) || record.ended <= left + within_) return;
  // A tool that dies without a word has not looked whether anybody waits.
  if (is_tool_call(prompt) && record.end == End::faulted) return;
  const std::string later = reports::human_duration(record.ended - left) + " later";
  std::string did = " answered to the end " + later;
  if (record.end == End::faulted) did = " still had its client when its fault ended " + later;
  if (record.end == End::cancelled) did = " was still at work when the run ended, " + later;
  if (record.end == End::rejected) did = " refused " + later;
  std::string what = when + ", and " + backend + did;
  if (record.tokens > 0) {
    what += ", with " + counted(static_cast<std::uint64_t>(record.tokens), "token");
    what += " for nobody";
  }
  violate(record.ended, who, std::move(what));
}

}  // namespace harness
