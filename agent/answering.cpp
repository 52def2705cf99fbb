// The part of the pipeline from the question to the answer: asking, tools, and what is remembered.
#include "agent/pipeline.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::Nanos;
using world::Result;
using world::Task;

namespace {

const std::string kResponseKey = "response ";  // a conversation up to one of its answers

// For the end of a response whose last event has come: then its connection can be used again.
constexpr Nanos kTailTime = std::chrono::milliseconds(100);
constexpr Nanos kShortTool = std::chrono::seconds(15);

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
Task<bool> Pipeline::converse(Job& job, Held& held) {
  History prompt = history_of(job);
  if (config_.defect == Defect::memory_grows) hoard_.emplace_back(prompt.text());  // planted bug
  const std::string further = co_await further_members(job);
  for (std::int64_t round = 0;; ++round) {
    const world::Instant from = clock_.now();
    Asked asked = co_await ask(job, held.slot, prompt, further);
    if (!asked.upstream) {
      job.asked += clock_.now() - from;
      if (job.outcome) co_return false;  // it had to wait for a slot once more, and got none
      if (may_settle(job, asked)) {
        co_await settle_for_less(job, held, std::move(asked.problem), std::move(prompt));
        co_return true;
      }
      fail(job, std::move(asked.problem));
      co_return false;
    }
    Upstream& up = *asked.upstream;
    bool whole = false;
    if (job.request.stream) whole = co_await read_stream(job, up);
    if (!job.request.stream) whole = co_await read_unchecked(job, up);
    job.asked += clock_.now() - from;
    if (!whole) co_return false;
    const Completion& said = job.request.stream ? up.relay->completion() : up.completion;
    count(job, said);
    if (!tools_.on() || said.calls.empty()) {
      co_return co_await conclude(job, held, up, std::move(prompt));
    }
    up.end({OutcomeKind::ok, 0});
    if (round == config_.tool_rounds_max) {
      Problem problem;
      problem.code = ProblemCode::tool_rounds_exceeded;
      problem.detail = "The model has called tools " + std::to_string(round) +
                       " times in this turn and would go on.";
      problem.execution = Execution::partial;
      fail(job, std::move(problem));
      co_return false;
    }
    Completion completion = said;
    const bool went_on = co_await run_tools(job, held.slot, std::move(completion), prompt);
    if (!went_on) co_return false;
  }
}

void Pipeline::count(Job& job, const Completion& said) {
  const auto add = [](std::int64_t& all, std::int64_t more) {
    if (more >= 0) all = std::max<std::int64_t>(0, all) + more;
  };
  add(job.tokens, said.tokens);
  add(job.prompt_tokens, said.prompt_tokens);
}

// One question, with what is known of it for whoever asks how it came about.
Task<Asked> Pipeline::ask(Job& job, MaybeSlot& slot, const History& prompt, std::string further) {
  ProviderChain::Question question{job.request,    prompt,       std::move(further),
                                   job.request_id, job.deadline, job.attempts};
  question.background = job.patient;
  question.settles = degraded_.on() && job.request.allow_degraded && !question.background;
  question.slot = slot ? &*slot : nullptr;
  if (job.patient && slot) {
    question.leave_slot = [&slot] { slot.reset(); };
    question.take_slot = [this, &job, &slot] { return take_slot(job, slot); };
  }
  question.ticket = std::move(job.ticket);
  Asked asked = co_await chain_.ask(std::move(question));
  job.ticket = std::move(asked.ticket);
  for (const AttemptRecord& record : asked.tried) job.tried.push_back(to_json(record));
  job.attempts += asked.attempts;
  job.fallback = asked.fallback;
  if (asked.provider != nullptr) job.provider = asked.provider;
  co_return asked;
}

// No provider answers: what the core can say by itself, told as such.
bool Pipeline::may_settle(const Job& job, const Asked& asked) const {
  return asked.may_degrade && degraded_.on() && job.request.allow_degraded;
}

Task<void> Pipeline::settle_for_less(Job& job, Held& held, Problem problem, History prompt) {
  const DegradedAnswer answer = degraded_.answer(job.request, prompt, problem);
  job.degraded = answer.source;
  job.age = answer.age;
  Completion said;
  said.content = answer.text;
  said.finish = "stop";
  co_await settle(job, held);
  commit(job, std::move(prompt), said.content);
  const std::int64_t now_s = clock_.unix_nanos() / 1'000'000'000;
  std::string body;
  if (job.request.api == Api::chat) {
    body = job.request.stream ? completion_events(answer, job.id, now_s)
                              : completion_body(answer, job.id, now_s);
  }
  job.writer->answered(std::move(body), said);
  job.end(JobState::completed);
}

History Pipeline::history_of(const Job& job) {
  History prompt;
  if (!job.request.conversation.empty()) {
    prompt = conversations_.read(job.request.whose, job.request.conversation);
  } else if (!job.request.previous.empty()) {
    prompt = conversations_.read(job.owner, kResponseKey + job.request.previous);
  }
  prompt.add(job.request.messages);
  return prompt;
}

Task<std::string> Pipeline::further_members(Job& job) {
  std::string further;
  // A budget in tokens holds only if answers end at what was reserved for them.
  if (config_.budget.tokens > 0 && job.request.max_tokens == 0) {
    further += R"(,"max_tokens":)";
    world::append_integer(further, config_.budget.tokens_guess);
  }
  const bool has_own = job.request.others.find(R"(,"tools":)") != std::string::npos;
  if (!tools_.on() || has_own) co_return further;
  const std::string offered = co_await tools_.offered();
  if (!offered.empty()) further += R"(,"tools":)" + offered;
  co_return further;
}

// One after the other, in the order in which the model wants them. Their time is not the
// provider's: the deadline of the next question moves by it. Who calls a tool that takes long gives
// the slot back meanwhile.
Task<bool> Pipeline::run_tools(Job& job, MaybeSlot& slot, Completion completion,
                               History& prompt) {
  const std::string message = message_of(completion);
  prompt.add(message);
  const world::Instant from = clock_.now();
  for (const ToolRequest& wanted : completion.calls) {
    const bool is_long = tools_.longest(wanted) > kShortTool;
    if (slot && is_long) slot.reset();
    const ToolAnswer answer = co_await call_tool(job, wanted);
    if (job.problem) co_return false;
    prompt.add(result_message(wanted.id, answer.text));
  }
  const Nanos took = clock_.now() - from;
  job.tools += took;
  if (job.deadline != world::kNever) job.deadline += took;
  if (slot || config_.queue.running_max == 0) co_return true;
  co_return co_await take_slot(job, slot);
}

Task<ToolAnswer> Pipeline::call_tool(Job& job, ToolRequest wanted) {
  ToolCall call;
  call.request = job.request_id;
  call.user = counted_as(job);
  call.task = job.id;
  call.deadline = job.deadline;
  call.tell = [&job](std::string_view kind, std::string json) {
    job.writer->happened(kind, json);
  };
  call.begin_effects = [this, &job] { return jobs_.begin_effects(job); };
  // Who hears how it goes, or can come back for the answer, need not be told that it is late.
  if (!job.stored && !job.request.stream) {
    call.until = job.deadline;
    call.too_late = [this, &job] { tell_tool_late(job); };
  }
  call.wanted = std::move(wanted);
  ToolAnswer answer = co_await tools_.call(std::move(call));
  co_return answer;
}

void Pipeline::tell_tool_late(Job& job) {
  Problem problem;
  problem.code = ProblemCode::command_timeout;
  problem.detail = "A tool has not answered within the time that this request had. What it did is "
                   "done; the turn was not stored.";
  problem.execution = Execution::partial;
  fail(job, std::move(problem));
}

// Legacy reads an answer only now, when no retry can help any more.
Task<bool> Pipeline::read_unchecked(Job& job, Upstream& up) {
  if (config_.check_answers) co_return true;
  Problem problem;
  Result<std::string> body = co_await up.client().read_all(*up.call);
  const bool good = body.has_value() && (tools_.on() ? read_completion(*body, up.completion)
                                                     : read_answer(*body, up.completion.content));
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
  fail(job, std::move(problem));
  co_return false;
}

// The answer is whole: it is settled, remembered, and then told. Only turns that were answered are
// remembered, and first, so that a user who waits for each answer never overtakes the memory of it.
Task<bool> Pipeline::conclude(Job& job, Held& held, Upstream& up, History prompt) {
  const bool streams = job.request.stream;
  if (streams && !config_.check_answers) {
    const Result<std::string> rest = co_await up.client().read_all(*up.call);
    static_cast<void>(rest);  // to its end, so that the connection can be used again
    up.call.reset();
  }
  up.end({OutcomeKind::ok, 0});
  const Completion& said = streams ? up.relay->completion() : up.completion;
  co_await settle(job, held);
  if (degraded_.on()) degraded_.remember(job.request, prompt, said.content);
  commit(job, std::move(prompt), said.content);
  const bool crosses = config_.defect == Defect::crossed_answers;
  std::string body = std::move(streams && !crosses ? up.events : up.body);
  if (crosses) cross(job, body);
  job.writer->answered(std::move(body), said);
  const bool cut_short = said.finish == "length" && job.request.api == Api::responses;
  job.end(cut_short ? JobState::incomplete : JobState::completed);
  if (!streams || !up.call || up.ended_early) co_return true;
  up.call->deadline = clock_.now() + kTailTime;
  const Result<std::string> rest = co_await up.client().read_all(*up.call);
  static_cast<void>(rest);
  co_return true;
}

void Pipeline::commit(const Job& job, History prompt, std::string_view content) {
  const bool follows = !job.request.conversation.empty();
  const bool may_be_followed = job.request.store && job.request.api == Api::responses;
  if (job.left || (!follows && !may_be_followed)) return;
  std::string reply;
  reply.reserve(content.size() + 40);
  reply += R"({"role":"assistant","content":")";
  reply += content;
  reply += "\"}";
  prompt.add(reply);
  if (may_be_followed) conversations_.write(job.owner, kResponseKey + job.id, prompt);
  if (follows) {
    conversations_.write(job.request.whose, job.request.conversation, std::move(prompt));
  }
}

void Pipeline::forget(const std::string& owner, const std::string& id) {
  conversations_.forget(owner, kResponseKey + id);
}

// The planted bug: every fourth answer, by its request, is the one that another user got last.
void Pipeline::cross(const Job& job, std::string& body) {
  LastAnswer mine{job.request.user, body, job.request.stream};
  const bool another = !last_answer_.body.empty() && last_answer_.user != job.request.user &&
                       last_answer_.stream == job.request.stream;
  if (another && world::entity_of(job.request_id) % 4 == 0) body = last_answer_.body;
  last_answer_ = std::move(mine);
}

}  // namespace agent
