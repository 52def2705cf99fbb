// The part of the pipeline that answers with a stream: events are passed on as they come. Once the
// first is out there is no status to give any more; a stream that breaks then ends with an event
// that says so (or, in profile legacy, with nothing), and never with the terminal one.
#include "agent/pipeline.hpp"

namespace agent {

using world::HttpResponse;
using world::Result;
using world::Task;

namespace {
// For the end of a response whose last event has come: then its connection can be used again.
constexpr world::Nanos kTailTime = std::chrono::milliseconds(100);
constexpr std::string_view kTrustedEnd =
    R"({"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},)"
    R"("finish_reason":"stop"}]})";
}  // namespace

Task<bool> Pipeline::begin_stream(Exchange& x) {
  if (x.streaming) co_return true;
  HttpResponse head;
  head.headers.add("content-type", "text/event-stream; charset=utf-8");
  head.headers.add("cache-control", "no-cache");
  add_facts(x, head.headers);
  x.streaming = true;
  const Result<void> sent = co_await x.connection.begin_stream(std::move(head));
  if (!sent) x.connection.close_after();
  co_return sent.has_value();
}

// The planted bug: whatever has come so far is taken for the whole, and gets an end.
bool Pipeline::trust_anyway(Upstream& up) {
  if (config_.defect != Defect::trusts_truncated_stream) return false;
  if (up.relay->completion().finish.empty()) world::write_sse(up.events, {}, kTrustedEnd);
  up.ended_early = true;
  return true;
}

// Reads the stream to its end, and passes it on as long as somebody listens: `sent` says so.
Task<Outcome> Pipeline::relay_events(Exchange& x, Upstream& up, bool& sent) {
  StreamRelay& relay = *up.relay;
  const bool crosses = config_.defect == Defect::crossed_answers;
  // Planted bug: nobody tells the provider that nobody listens.
  const bool deaf = config_.defect == Defect::upstream_not_cancelled;
  Outcome outcome{OutcomeKind::reset, 0};
  std::string events = std::move(up.events);
  up.events.clear();
  for (;;) {
    if (crosses) {
      up.body += events;
    } else if (!events.empty() && sent) {
      const Result<void> passed = co_await x.connection.send_chunk(std::move(events));
      sent = passed.has_value();
    }
    events.clear();
    if (relay.done() || (!sent && !deaf)) break;
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

// True when the provider's stream has come to its end and was passed on so far.
Task<bool> Pipeline::pass_stream(Exchange& x, Upstream& up) {
  const bool calls_only = tools_.on() && !up.relay->committed();
  bool sent = true;
  if (!calls_only) sent = co_await begin_stream(x);
  const Outcome outcome = co_await relay_events(x, up, sent);
  const bool whole = outcome.kind == OutcomeKind::ok || (sent && trust_anyway(up));
  if (sent && whole) co_return true;
  if (sent || outcome.kind == OutcomeKind::ok) up.end(outcome);
  if (!sent || !config_.check_answers) {
    x.connection.close_after();
    const std::string_view code = name_of(ProblemCode::backend_invalid_response);
    if (sent) close(x, LedgerKind::answered, code, 200);
    co_return false;
  }
  Problem problem;
  problem.code = outcome.kind == OutcomeKind::timeout ? ProblemCode::backend_timeout
                                                      : ProblemCode::backend_invalid_response;
  problem.detail = "The provider broke its answer off in the middle. What came before is not the "
                   "whole answer, and the turn was not stored.";
  co_await fail(x, std::move(problem));
  co_return false;
}

Task<bool> Pipeline::end_stream(Exchange& x, Upstream& up, History prompt) {
  StreamRelay& relay = *up.relay;
  if (!config_.check_answers) {
    const Result<std::string> rest = co_await up.client().read_all(*up.call);
    static_cast<void>(rest);  // to its end, so that the connection can be used again
    up.call.reset();
  }
  up.end({OutcomeKind::ok, 0});
  commit(x, std::move(prompt), relay.content());
  std::string last = std::move(up.events);
  if (config_.defect == Defect::crossed_answers) {
    cross(x, up.body);
    last = std::move(up.body);
  }
  relay.add_terminal_event(last);
  if (config_.defect == Defect::answers_twice) relay.add_terminal_event(last);  // planted bug
  Result<void> sent = co_await x.connection.send_chunk(std::move(last));
  if (sent) sent = co_await x.connection.end_stream();
  if (!sent) x.connection.close_after();
  if (sent && !x.left) close(x, LedgerKind::answered, "ok", 200);
  if (!config_.check_answers || !up.call || up.ended_early) co_return sent.has_value();
  up.call->deadline = clock_.now() + kTailTime;
  const Result<std::string> rest = co_await up.client().read_all(*up.call);
  static_cast<void>(rest);
  co_return sent.has_value();
}

}  // namespace agent
