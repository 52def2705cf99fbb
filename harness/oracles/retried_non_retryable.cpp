#include "harness/oracles/retried_non_retryable.hpp"

#include "world/random.hpp"

namespace harness {

namespace {

constexpr std::array kFinal{400, 401, 402, 403, 404, 413, 422};

// What providers call a limit that is empty until somebody pays.
constexpr std::array<std::string_view, 3> kFinalLimits{
    "insufficient_quota", "credit_balance_exhausted", "enforced_spend_limit_reached"};

std::uint64_t content_of(const fakes::PromptRecord& record) {
  return world::entity_of(record.model) ^ static_cast<std::uint64_t>(record.messages);
}

}  // namespace

bool RetriedNonRetryable::is_final(const fakes::PromptRecord& record) {
  if (record.status == 429) {
    return std::find(kFinalLimits.begin(), kFinalLimits.end(), record.error) != kFinalLimits.end();
  }
  return std::find(kFinal.begin(), kFinal.end(), record.status) != kFinal.end();
}

void RetriedNonRetryable::on_prompt(const PromptRead& prompt) {
  if (is_tool_call(prompt)) return;
  const fakes::PromptRecord& record = *prompt.record;
  const bool final = is_final(record);
  if (!final && turns_.size() == 0) return;
  turns_.forget(record.ended);
  const std::uint8_t backend = backends_.number_of(prompt.backend);
  const std::uint64_t content = content_of(record);
  if (const Turn* turn = turns_.find(prompt.asked)) {
    for (const Refusal& refusal : turn->refusals) {
      if (refusal.status == 0 || refusal.backend != backend || refusal.content != content) continue;
      if (prompt.at < refusal.at) continue;  // was under way when the other was refused
      violate(prompt.at, world::to_text(prompt.asked),
              "came to " + std::string(prompt.backend) + " again, with " +
                  counted(static_cast<std::uint64_t>(record.messages), "message") +
                  " as before, though status " + std::to_string(refusal.status) + " at " +
                  text_of(refusal.at) + " had refused it for good");
      break;
    }
  }
  if (!final) return;
  check();
  Turn& turn = turns_.touch(prompt.asked, record.ended);
  Refusal& refusal = turn.refusals[turn.next++ % kRefusalsMax];
  refusal.at = record.ended;
  refusal.content = content;
  refusal.status = static_cast<std::uint16_t>(record.status);
  refusal.backend = backend;
}

}  // namespace harness
