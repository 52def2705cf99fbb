// The part of the pipeline from the question to the answer: asking, tools, errors, and answers in
// one piece.
#include "agent/pipeline.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::HttpResponse;
using world::Nanos;
using world::Result;
using world::Task;

namespace {

void append_call(std::string& out, const ToolRequest& call) {
  out += R"({"id":)";
  world::append_json_string(out, call.id);
  out += R"(,"type":"function","function":{"name":)";
  world::append_json_string(out, call.name);
  out += R"(,"arguments":)";
  world::append_json_string(out, call.arguments);
  out += "}}";
}

// What the model has said, as the message that it is sent back as.
std::string message_of(const Completion& completion) {
  std::string message = R"({"role":"assistant","content":)";
  if (completion.content.empty()) {
    message += "null";
  } else {
    message += '"';
    message += completion.content;
    message += '"';
  }
  message += R"(,"tool_calls":[)";
  for (std::size_t i = 0; i < completion.calls.size(); ++i) {
    if (i > 0) message += ',';
    append_call(message, completion.calls[i]);
  }
  message += "]}";
  return message;
}

std::string result_message(const std::string& id, const std::string& text) {
  std::string message = R"({"role":"tool","tool_call_id":)";
  world::append_json_string(message, id);
  message += R"(,"content":)";
  world::append_json_string(message, text);
  message += '}';
  return message;
}

}  // namespace

// Asks, runs the tools that the model wants, and asks again, until there is an answer.
Task<bool> Pipeline::converse(Exchange& x) {
  History prompt;
  if (!x.request.conversation.empty()) {
    prompt = conversations_.read(x.request.user, x.request.conversation);
  }
  prompt.add(x.request.messages);
  if (config_.defect == Defect::memory_grows) hoard_.emplace_back(prompt.text());  // planted bug
  const std::string further = co_await further_members(x);
  for (std::int64_t round = 0;; ++round) {
    ProviderChain::Question question{x.request, prompt, further, x.id, x.deadline, x.attempts};
    Asked asked = co_await chain_.ask(std::move(question));
    x.attempts += asked.attempts;
    if (asked.provider != nullptr) x.provider = asked.provider;
    if (!asked.upstream) {
      co_await fail(x, std::move(asked.problem));
      co_return false;
    }
    Upstream& up = *asked.upstream;
    bool whole = false;
    if (x.request.stream) whole = co_await pass_stream(x, up);
    if (!x.request.stream) whole = co_await read_unchecked(x, up);
    if (!whole) co_return false;
    const Completion& said = x.request.stream ? up.relay->completion() : up.completion;
    if (said.tokens >= 0) x.tokens = std::max<std::int64_t>(0, x.tokens) + said.tokens;
    if (!tools_.on() || said.calls.empty()) {
      if (x.request.stream) co_return co_await end_stream(x, up, std::move(prompt));
      co_return co_await answer_whole(x, up, std::move(prompt));
    }
    up.end({OutcomeKind::ok, 0});
    if (round == config_.tool_rounds_max) {
      Problem problem;
      problem.code = ProblemCode::tool_rounds_exceeded;
      problem.detail = "The model has called tools " + std::to_string(round) +
                       " times in this turn and would go on.";
      co_await fail(x, std::move(problem));
      co_return false;
    }
    Completion completion = said;
    const bool went_on = co_await run_tools(x, std::move(completion), prompt);
    if (!went_on) co_return false;
  }
}

Task<std::string> Pipeline::further_members(Exchange& x) {
  std::string further;
  // A budget in tokens holds only if answers end at what was reserved for them.
  if (config_.budget.tokens > 0 && x.request.max_tokens == 0) {
    further += R"(,"max_tokens":)";
    world::append_integer(further, config_.budget.tokens_guess);
  }
  const bool has_own = x.request.others.find(R"(,"tools":)") != std::string::npos;
  if (!tools_.on() || has_own) co_return further;
  const std::string offered = co_await tools_.offered();
  if (!offered.empty()) further += R"(,"tools":)" + offered;
  co_return further;
}

// One after the other, in the order in which the model wants them. The deadline holds for the next
// question, not for a tool that is at work: what has begun is heard to its end.
Task<bool> Pipeline::run_tools(Exchange& x, Completion completion, History& prompt) {
  const std::string message = message_of(completion);
  prompt.add(message);
  for (const ToolRequest& wanted : completion.calls) {
    ToolRequest call = wanted;
    std::string id = x.id;
    const std::string text = co_await tools_.call(std::move(id), std::move(call));
    prompt.add(result_message(wanted.id, text));
  }
  co_return true;
}

// Legacy reads an answer only now, when no retry can help any more.
Task<bool> Pipeline::read_unchecked(Exchange& x, Upstream& up) {
  if (config_.check_answers) co_return true;
  Problem problem;
  Result<std::string> body = co_await up.client().read_all(*up.call);
  const bool good = body.has_value() && read_answer(*body, up.completion.content);
  if (good) {
    up.call.reset();  // the connection to the provider is free again
    up.body = std::move(*body);
    co_return true;
  }
  const Outcome invalid{OutcomeKind::invalid, 0};
  const Outcome outcome = body.has_value() ? invalid : outcome_of(body.error());
  up.end(outcome);
  problem.code = outcome.kind == OutcomeKind::timeout ? ProblemCode::backend_timeout
                                                      : ProblemCode::backend_invalid_response;
  problem.detail = "The provider broke its answer off.";
  co_await fail(x, std::move(problem));
  co_return false;
}

Task<bool> Pipeline::answer_whole(Exchange& x, Upstream& up, History prompt) {
  up.end({OutcomeKind::ok, 0});
  commit(x, std::move(prompt), up.completion.content);
  if (config_.defect == Defect::crossed_answers) cross(x, up.body);
  HttpResponse response;
  response.headers.add("content-type", "application/json");
  add_facts(x, response.headers);
  response.body = std::move(up.body);
  const Result<void> sent = co_await x.connection.respond(std::move(response));
  if (!sent) x.connection.close_after();
  if (sent && !x.left) close(x, LedgerKind::answered, "ok", 200);
  co_return sent.has_value();
}

// Only turns that were answered are remembered. This comes before the answer, so that a user who
// waits for each answer never overtakes the memory of it.
void Pipeline::commit(const Exchange& x, History prompt, std::string_view content) {
  if (x.request.conversation.empty() || x.left) return;
  std::string reply;
  reply.reserve(content.size() + 40);
  reply += R"({"role":"assistant","content":")";
  reply += content;
  reply += "\"}";
  prompt.add(reply);
  conversations_.write(x.request.user, x.request.conversation, std::move(prompt));
}

void Pipeline::add_facts(const Exchange& x, world::HttpHeaders& headers) const {
  if (x.provider != nullptr) add_origin(headers, *x.provider, x.attempts);
  if (x.queued == Nanos{0}) return;
  headers.add("server-timing", "queue;dur=" + std::to_string(x.queued.count() / 1'000'000));
}

// The planted bug: every fourth answer, by its request, is the one that another user got last.
void Pipeline::cross(const Exchange& x, std::string& body) {
  LastAnswer mine{x.request.user, body, x.request.stream};
  const bool another = !last_answer_.body.empty() && last_answer_.user != x.request.user &&
                       last_answer_.stream == x.request.stream;
  if (another && world::entity_of(x.id) % 4 == 0) body = last_answer_.body;
  last_answer_ = std::move(mine);
}

Task<void> Pipeline::fail(Exchange& x, Problem problem) {
  ProblemContext context;
  context.request = x.id;
  context.provider_key = chain_.key_of_first();
  context.honest = config_.honest_errors;
  context.defect = config_.defect;
  bool sent = false;
  if (x.streaming) {
    std::string event;
    const std::string generic = error_response(generic_error_of(problem.code)).body;
    world::write_sse(event, {}, context.honest ? body_of(problem, context) : generic);
    x.connection.close_after();
    const Result<void> told = co_await x.connection.send_chunk(std::move(event));
    const Result<void> ended = co_await x.connection.end_stream();
    sent = told.has_value() && ended.has_value();
  } else {
    HttpResponse response = response_of(problem, context);
    add_facts(x, response.headers);
    const Result<void> told = co_await x.connection.respond(std::move(response));
    if (!told) x.connection.close_after();
    sent = told.has_value();
  }
  if (!sent || x.left) co_return;
  const LedgerKind kind = x.attempts == 0 ? LedgerKind::refused : LedgerKind::answered;
  close(x, kind, name_of(problem.code), status_of(problem.code));
}

}  // namespace agent
