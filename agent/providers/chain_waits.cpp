// The part of the chain that waits: before another attempt, for a provider that rests, and, in the
// background, for a recovery.
#include <algorithm>

#include "agent/providers/provider_chain.hpp"

namespace agent {

using world::Nanos;
using world::Task;

namespace {
constexpr int kBackgroundAttemptsMax = 12;  // of one request, over all its waits for a recovery
}  // namespace

// True when there was time for the wait, and for an answer behind it.
Task<bool> ProviderChain::wait_for_retry(const Question& question, std::size_t index,
                                         Attempts& so_far) {
  const ProviderLine& line = *lines_[index];
  const Nanos wait = wait_before(question, line, so_far);
  const Nanos left = question.deadline - parts_.clock.now();
  const bool endless = config_.defect == Defect::retries_without_end;
  if (!endless && left <= wait + line.typical()) co_return false;
  ++so_far.waits;
  so_far.asked = 0;
  parts_.books.note(LedgerKind::waits, question.id,
                    {.key = line.name(),
                     .value = wait.count(),
                     .limit = so_far.retry_after.value_or(Nanos{0}).count()});
  co_await parts_.clock.sleep(wait);
  co_return true;
}

// No line can be asked now. True when the wait was worth it. A breaker is not waited for: its whole
// point is a fast answer.
Task<bool> ProviderChain::wait_for_line(const Question& question, Asked& asked, Choice choice,
                                        Attempts& so_far) {
  // Planted bug: it waits for whatever there is to wait for.
  const bool endless = config_.defect == Defect::retries_without_end;
  Nanos wait = choice.wait;
  if (config_.retry.jitter && config_.defect != Defect::wakes_all_at_once) {
    wait += spread_behind(choice.wait, parts_.random, question.id, so_far.made);
  }
  // A limit is waited for, unless nobody knows whether the provider is well behind it.
  const bool down = settles(question) && all_down(question.deadline);
  const bool worth = choice.resting && !asked.ticket && !down &&
                     question.deadline - parts_.clock.now() > wait;
  if (!worth && !endless) {
    const bool again = co_await wait_for_recovery(question, asked, so_far);
    if (!again) give_up(question, asked, problem_of(choice, choice.resting), true);
    co_return again;
  }
  parts_.books.note(LedgerKind::waits, question.id,
                    {.key = lines_[choice.soonest]->name(),
                     .value = wait.count(),
                     .limit = choice.wait.count()});
  co_await parts_.clock.sleep(wait);
  so_far.asked = 0;
  co_return true;
}

// Of background requests: true when a provider can be asked again, and it is this one's turn.
Task<bool> ProviderChain::wait_for_recovery(const Question& question, Asked& asked,
                                            Attempts& so_far) {
  if (!asked.ticket || so_far.made - question.attempts >= kBackgroundAttemptsMax) co_return false;
  const bool passes = so_far.here == 0 || may_pass(so_far.last, config_);
  const bool one_is_well = usable_in() == Nanos{0} && recovery_.waiting() == 0;
  if (!passes || one_is_well) co_return false;
  if (question.leave_slot) question.leave_slot();
  bool back = co_await recovery_.wait(*asked.ticket, question.deadline);
  if (back && question.take_slot) {
    Task<bool> taking = question.take_slot();
    back = co_await std::move(taking);
  }
  so_far.asked = 0;
  so_far.barred = barred_from_start(question);
  so_far.here = 0;
  so_far.waits = 0;
  co_return back;
}

Nanos ProviderChain::wait_before(const Question& question, const ProviderLine& line,
                                 const Attempts& so_far) const {
  const auto& waits = config_.retry_waits;
  if (waits.empty()) return Nanos{0};
  const bool endless = config_.defect == Defect::retries_without_end;
  Nanos whole = waits[endless ? 0 : std::min(so_far.waits, waits.size() - 1)];
  // The long waits are for the last provider, and for those who have time.
  const bool fast = config_.chain.fast_first > Nanos{0} && lines_.size() > 1;
  if (fast && !question.background) {
    const std::size_t doubled = std::min<std::size_t>(so_far.waits, 20);
    const Nanos grown = config_.chain.fast_first * (std::int64_t{1} << doubled);
    whole = std::min(config_.chain.fast_max, grown);
  }
  const Nanos own = config_.retry.jitter
                        ? jittered(whole, parts_.random, question.id, so_far.made)
                        : whole;
  if (config_.retry.what == Retryable::listed) return own;
  if (config_.defect == Defect::ignores_retry_after) return own;  // planted bug
  const Nanos asked_for = std::max(line.resting_for(), so_far.retry_after.value_or(Nanos{0}));
  if (asked_for <= Nanos{0}) return own;
  // Planted bug, and one by configuration: exactly as long as all others.
  const bool in_step = config_.defect == Defect::wakes_all_at_once || !config_.retry.jitter;
  const Nanos spread =
      in_step ? Nanos{0} : spread_behind(asked_for, parts_.random, question.id, so_far.made);
  return std::max(own, asked_for + spread);
}

}  // namespace agent
