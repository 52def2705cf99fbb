// The part of the pipeline that waits: for the conversation's lock, and for a slot.
#include "agent/limits/rate_headers.hpp"
#include "agent/pipeline.hpp"
#include "agent/queue/queue_page.hpp"

namespace agent {

using std::chrono::seconds;
using world::Instant;
using world::Nanos;
using world::Task;

namespace {
constexpr Nanos kTellEvery = seconds(1);
}

Task<bool> Pipeline::wait_for_conversation(Job& job, ConversationLocks::Turn& turn) {
  Problem problem;
  problem.retry_after = queue_.service_time();
  if (!turn.refused()) {
    if (!turn.holds()) accept(job);
    Task<bool> turn_comes = turn.wait();
    auto waiting = world::with_deadline(clock_, job.deadline, std::move(turn_comes));
    const std::optional<bool> ours = co_await waiting;
    if (ours || turn.holds()) co_return true;
    problem.code = ProblemCode::queue_timeout;
    problem.detail = "The turns of this conversation that came before took longer than this "
                     "request may wait. It was not begun.";
  } else {
    problem.code = ProblemCode::conversation_busy;
    problem.detail = "As many turns of this conversation wait already as may. This one was not "
                     "begun.";
  }
  fail(job, std::move(problem));
  co_return false;
}

// It will be worked on: whoever only wants to know that hears it now.
void Pipeline::accept(Job& job) {
  if (std::exchange(job.accepted, true)) return;
  job.writer->accepted();
  job.turned.notify_all();
}

Wish Pipeline::wish_of(const Job& job) const {
  Wish wish;
  wish.tier = job.request.tier;
  if (job.pass) wish.not_before = job.pass->not_before();
  wish.deadline = job.deadline;
  wish.bytes = job.request.messages.bytes();
  const std::int64_t most = job.request.max_tokens;
  wish.tokens = most > 0 ? most : config_.budget.tokens_guess;
  wish.id = job.id;
  return wish;
}

// Until then no provider can be asked, as far as is known.
Instant Pipeline::open_at() {
  const Nanos closed = chain_.usable_in();
  if (closed <= Nanos{0} || closed == Nanos::max()) return {};
  return clock_.now() + closed;
}

Task<bool> Pipeline::take_slot(Job& job, MaybeSlot& slot) {
  slot.emplace(queue_, counted_as(job), wish_of(job));
  const bool in = co_await wait_in_queue(job, *slot);
  co_return in;
}

Task<bool> Pipeline::wait_in_queue(Job& job, FairQueue::Slot& slot) {
  const Instant from = clock_.now();
  if (slot.refused()) {
    refuse_wait(job, slot.refusal(), std::nullopt);
    co_return false;
  }
  if (!slot.holds()) {
    const FairQueue::Place place = slot.place(open_at());
    books_.note(LedgerKind::queued, job.request_id,
                {.value = place.position, .limit = place.eta.count()});
    if (place.eta > job.deadline - from) {
      // A place in a line that does not move fast enough is no place: better to say so at once.
      refuse_wait(job, ProblemCode::queue_full, place.eta, place,
                  "The wait would be longer than this request may take.");
      co_return false;
    }
  }
  accept(job);
  const bool came = co_await wait_for_slot(job, slot);
  if (!came) co_return false;
  job.queued += clock_.now() - from;
  books_.note(LedgerKind::started, job.request_id, {.value = job.queued.count()});
  co_return true;
}

// Until the slot is held, with word of each place on the way. False when it was refused.
Task<bool> Pipeline::wait_for_slot(Job& job, FairQueue::Slot& slot) {
  const bool tells = job.request.stream || job.stored;
  FairQueue::Place told;
  while (!slot.holds()) {
    const FairQueue::Place place = slot.place(open_at());
    if (clock_.now() >= job.deadline) {
      refuse_wait(job, ProblemCode::queue_timeout, std::max(place.eta, Nanos(kTellEvery)), place,
                  "The requests before it took longer than this one may wait.");
      co_return false;
    }
    const bool moved = place.position != told.position ||
                       eta_seconds(place) != eta_seconds(told);
    if (tells && moved) {
      told = slot.tell(open_at());
      job.writer->queued(told);
    }
    const Instant until =
        tells ? std::min(job.deadline, clock_.now() + kTellEvery) : job.deadline;
    Task<bool> turn_comes = slot.wait();
    auto waiting = world::with_deadline(clock_, until, std::move(turn_comes));
    const std::optional<bool> came = co_await waiting;
    static_cast<void>(came);
    if (slot.refused()) {
      refuse_wait(job, slot.refusal(), std::nullopt);
      co_return false;
    }
  }
  co_return true;
}

void Pipeline::refuse_wait(Job& job, Refusal why, std::optional<FairQueue::Place> place) {
  const ProblemCode code =
      after_waiting(why) ? ProblemCode::queue_timeout : ProblemCode::queue_full;
  refuse_wait(job, code, queue_.come_again(), place, std::string(sentence_of(why)));
}

void Pipeline::refuse_wait(Job& job, ProblemCode code, Nanos retry_after,
                           std::optional<FairQueue::Place> place, std::string why) {
  Problem problem;
  problem.code = code;
  problem.retry_after = retry_after;
  problem.detail = std::move(why) + " It was not begun.";
  problem.available = available_when(config_.rate, "queue");
  if (place) {
    problem.queue_position = place->position;
    problem.queue_eta = place->eta;
  }
  fail(job, std::move(problem));
}

}  // namespace agent
