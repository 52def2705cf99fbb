#include "harness/oracles/retry_after_honoured.hpp"

#include "reports/text.hpp"

namespace harness {

using world::Instant;
using world::Nanos;

RetryAfterHonoured::RetryAfterHonoured(const OracleInput& input) : turns_(kHorizon) {
  if (input.scenario == nullptr) return;
  for (const agent::QuotaGroupConfig& group : input.scenario->agent.rate.groups) {
    for (const std::string& backend : group.providers) accounts_.emplace(backend, group.name);
  }
}

void RetryAfterHonoured::on_prompt(const PromptRead& prompt) {
  if (is_tool_call(prompt)) return;
  const bool told = prompt.record->retry_after >= Nanos{0};
  if (!told && turns_.size() == 0) return;
  turns_.forget(prompt.record->ended);
  const auto account = accounts_.find(prompt.backend);
  const std::uint8_t backend = backends_.number_of(
      account == accounts_.end() ? prompt.backend : std::string_view(account->second));
  judge(prompt, backend);
  if (told) note(prompt, backend);
}

// By when it arrived: it is told when it has ended, which may be much later.
void RetryAfterHonoured::judge(const PromptRead& prompt, std::uint8_t backend) {
  const Turn* turn = turns_.find(prompt.asked);
  if (turn == nullptr) return;
  for (const Notice& notice : turn->notices) {
    if (notice.wait < Nanos{0} || notice.backend != backend || prompt.at < notice.told) continue;
    const Nanos tolerance = std::max(kToleranceMin, notice.wait / kTolerancePart);
    const Nanos came = prompt.at - notice.told;
    if (came + tolerance >= notice.wait) continue;
    violate(prompt.at, world::to_text(prompt.asked),
            "came again to " + std::string(prompt.backend) + " after " +
                reports::human_duration(came) + "; status " + std::to_string(notice.status) +
                " at " + text_of(notice.told) + " had told it to wait " +
                reports::human_duration(notice.wait));
  }
}

void RetryAfterHonoured::note(const PromptRead& prompt, std::uint8_t backend) {
  check();
  const fakes::PromptRecord& record = *prompt.record;
  Turn& turn = turns_.touch(prompt.asked, record.ended);
  Notice& notice = turn.notices[turn.next++ % kNoticesMax];
  notice.told = record.ended;
  notice.wait = record.retry_after;
  notice.status = static_cast<std::uint16_t>(record.status);
  notice.backend = backend;

  if (backend >= waits_.size()) waits_.resize(std::size_t{backend} + 1);
  Wait& wait = waits_[backend];
  if (record.ended >= wait.until) {  // the last one is over: a new one begins
    wait = Wait{record.ended, record.ended + record.retry_after, prompt.asked, 0};
    return;
  }
  const bool knew = prompt.at >= wait.told + kNewsTravels && prompt.at < wait.until;
  if (!knew || prompt.asked == wait.first) return;
  if (++wait.refused != kOthersMax + 1) return;
  violate(prompt.at, world::to_text(prompt.asked),
          std::string(prompt.backend) + " had told " + world::to_text(wait.first) + " at " +
              text_of(wait.told) + " to wait until " + text_of(wait.until) + "; this is call " +
              std::to_string(wait.refused) + " of other turns that came all the same and was " +
              "refused");
}

}  // namespace harness
