// The part of the chain that makes one call and finds out whether it answers: up to the first word
// of a stream, or the whole of an answer in one piece.
#include "agent/providers/planning.hpp"
#include "agent/providers/provider_chain.hpp"

namespace agent {

using world::Instant;
using world::Nanos;
using world::Result;
using world::Task;

namespace {

// What providers call a prompt that is too long for the model, and an account that is empty until
// somebody pays: by these words in the body of an error.
constexpr std::string_view kTooLong = "context_length_exceeded";
constexpr std::array<std::string_view, 3> kEmptyQuota{
    "insufficient_quota", "credit_balance_exhausted", "enforced_spend_limit_reached"};

}  // namespace

Task<Outcome> ProviderChain::attempt(Upstream& up, const Question& question, Attempts& so_far) {
  so_far.retry_after.reset();
  so_far.told_not_to = so_far.too_long = so_far.quota_empty = false;
  const Request& request = question.request;
  const std::string& own = up.provider().model;
  const std::string& model = own.empty() ? request.model : own;
  std::string prompt = render_prompt(request, model, question.prompt, question.further);
  const bool endless = config_.defect == Defect::retries_without_end;
  const Instant now = parts_.clock.now();
  const Instant by = endless ? world::kNever : question.deadline;
  const Instant whole = std::min(now + config_.request_timeout, by);
  const Nanos ttft = config_.chain.ttft_timeout;
  const bool spoken = request.stream && ttft > Nanos{0};
  const Instant deadline = spoken ? std::min(whole, now + ttft) : whole;
  Instant told = world::kNever;
  if (config_.chain.forward_deadline && by != world::kNever) told = whole;
  Result<Call> call = co_await up.client().ask(std::move(prompt), deadline, told);
  if (!call) co_return outcome_of(call.error());
  if (call->exchange.status() != 200) {
    const Outcome refused = co_await read_refusal(up, std::move(*call), so_far);
    const bool heeds = config_.defect != Defect::ignores_retry_after;
    const Nanos left = question.deadline - parts_.clock.now();
    if (heeds && so_far.retry_after && *so_far.retry_after >= left) so_far.told_not_to = true;
    co_return refused;
  }
  up.call.emplace(std::move(*call));
  const bool json = wants_json(request.others);
  if (request.stream) make_relay(up, request, json);
  const Outcome ok{OutcomeKind::ok, 0};
  if (!config_.check_answers) co_return ok;
  if (request.stream) co_return co_await read_to_commit(up, json, so_far);
  co_return co_await read_answer(up, json, so_far);
}

void ProviderChain::make_relay(Upstream& up, const Request& request, bool wants_json) const {
  RelayRules rules;
  rules.bytes_max = static_cast<std::size_t>(config_.response_bytes_max);
  rules.checks = config_.check_answers;
  rules.own_tools = config_.has_tools();
  rules.pieces = request.api == Api::responses;
  rules.json_wanted = wants_json;
  rules.sanitise = config_.sanitise_answers;
  rules.defect = config_.defect;
  up.relay = std::make_unique<StreamRelay>(rules);
}

// A status, and what it says of coming again. The body is read to its end, so that the connection
// can be used again.
Task<Outcome> ProviderChain::read_refusal(Upstream& up, Call refused, Attempts& so_far) {
  const Outcome outcome{OutcomeKind::status, refused.exchange.status()};
  const world::HttpHeaders& headers = refused.exchange.headers();
  so_far.retry_after = retry_after_of(headers, parts_.clock.unix_nanos());
  so_far.told_not_to = headers.get("x-should-retry") == "false";
  const Result<std::string> body = co_await up.client().read_all(refused);
  if (!body || config_.retry.what == Retryable::listed) co_return outcome;
  so_far.too_long = outcome.status < 500 && body->find(kTooLong) != std::string::npos;
  for (const std::string_view words : kEmptyQuota) {
    const bool empty = outcome.is_limit() && body->find(words) != std::string::npos;
    so_far.quota_empty = so_far.quota_empty || empty;
  }
  co_return outcome;
}

Task<Outcome> ProviderChain::read_answer(Upstream& up, bool wants_json, Attempts& so_far) {
  const Outcome invalid{OutcomeKind::invalid, 0};
  const Outcome ok{OutcomeKind::ok, 0};
  Result<std::string> body = co_await up.client().read_all(*up.call);
  if (!body) co_return outcome_of(body.error());
  up.call.reset();
  if (!read_completion(*body, up.completion)) co_return invalid;
  const std::string_view fault = fault_of(up.completion, config_.defect, wants_json);
  up.body = std::move(*body);
  if (fault.empty()) co_return ok;
  const bool plan = fault == kPlanInstead;
  if (plan && take_out_answer(up.completion)) {
    up.body = with_content(up.body, up.completion.content);
    co_return ok;
  }
  if (plan) ++so_far.plans;
  co_return invalid;
}

// Up to the first word of the answer, or to the end of one that had to be seen whole.
Task<Outcome> ProviderChain::read_to_commit(Upstream& up, bool wants_json, Attempts& so_far) {
  StreamRelay& relay = *up.relay;
  const Outcome invalid{OutcomeKind::invalid, 0};
  const Outcome broken{OutcomeKind::reset, 0};
  const Outcome ok{OutcomeKind::ok, 0};
  while (!relay.committed() && !relay.done()) {
    const Result<std::string_view> bytes = co_await up.client().read_some(*up.call);
    if (!bytes) co_return outcome_of(bytes.error());
    if (bytes->empty()) co_return broken;
    const Result<void> fed = relay.feed(*bytes, up.events);
    if (!fed) co_return invalid;
  }
  if (relay.committed()) co_return ok;
  const std::string_view fault = fault_of(relay.completion(), config_.defect, wants_json);
  const bool plan = fault == kPlanInstead;
  Completion said = relay.completion();
  const bool answers = plan && take_out_answer(said);
  if (answers) relay.say_instead(std::move(said.content));
  if (plan && !answers) ++so_far.plans;
  if (!fault.empty() && !answers) co_return invalid;
  if (!relay.whole() && config_.defect != Defect::trusts_truncated_stream) co_return broken;
  // Calls of the core's own tools are no words for the user.
  const bool own_call = config_.has_tools() && !relay.completion().calls.empty();
  if (!own_call) relay.release(up.events);
  co_return ok;
}

}  // namespace agent
