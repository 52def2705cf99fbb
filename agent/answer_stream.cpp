// The part of the pipeline that reads a stream: events are told as they come. Once the first is out
// there is no status to give any more; a stream that breaks then ends with an event that says so
// (or, in profile legacy, with nothing), and never with the terminal one.
#include "agent/pipeline.hpp"

namespace agent {

using world::Result;
using world::Task;

namespace {
constexpr std::string_view kTrustedEnd =
    R"({"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},)"
    R"("finish_reason":"stop"}]})";
}  // namespace

// The planted bug: whatever has come so far is taken for the whole, and gets an end.
bool Pipeline::trust_anyway(Upstream& up) {
  if (config_.defect != Defect::trusts_truncated_stream) return false;
  if (up.relay->completion().finish.empty()) world::write_sse(up.events, {}, kTrustedEnd);
  up.ended_early = true;
  return true;
}

// Reads the stream to its end, and tells it as it comes; no faster than who follows it reads.
Task<Outcome> Pipeline::relay_events(Job& job, Upstream& up) {
  StreamRelay& relay = *up.relay;
  const bool crosses = config_.defect == Defect::crossed_answers;
  Outcome outcome{OutcomeKind::reset, 0};
  std::string events = std::move(up.events);
  up.events.clear();
  for (;;) {
    if (crosses) {
      up.body += events;
    } else if (!events.empty()) {
      job.writer->piece(std::move(events));
      if (!job.stored && !job.left) co_await job.log.room();
    }
    events.clear();
    if (relay.done()) break;
    if (config_.check_answers) up.call->deadline = clock_.now() + config_.retry.idle_timeout;
    const Result<std::string_view> bytes = co_await up.client().read_some(*up.call);
    if (!bytes) outcome = outcome_of(bytes.error());
    if (!bytes || bytes->empty()) break;
    const Result<void> fed = relay.feed(*bytes, events);
    if (!fed) outcome.kind = OutcomeKind::invalid;
    if (!fed) break;
  }
  const bool whole = relay.done() && (!config_.check_answers || relay.whole());
  if (whole) outcome.kind = OutcomeKind::ok;
  co_return outcome;
}

// True when the provider's stream has come to its end and was told so far.
Task<bool> Pipeline::read_stream(Job& job, Upstream& up) {
  const Outcome outcome = co_await relay_events(job, up);
  if (outcome.kind == OutcomeKind::ok || trust_anyway(up)) co_return true;
  up.end(outcome);
  Problem problem;
  problem.code = outcome.kind == OutcomeKind::timeout ? ProblemCode::backend_timeout
                                                      : ProblemCode::backend_invalid_response;
  problem.detail = "The provider broke its answer off in the middle. What came before is not the "
                   "whole answer, and the turn was not stored.";
  if (config_.check_answers) {
    fail(job, std::move(problem));
  } else {
    job.cut = true;
    job.problem = std::move(problem);
    job.end(JobState::failed);
  }
  co_return false;
}

}  // namespace agent
