#include "fakes/faults/json_field.hpp"

#include "fakes/faults/edited.hpp"
#include "fakes/faults/json_edit.hpp"

namespace fakes {
namespace {

// Events from here on are like one another, up to those at the end.
constexpr std::int64_t kTokens = 40;
constexpr std::int64_t kCalls = 64;

struct Kind {
  std::int64_t tokens = 1;  // of the text; 0: none
  std::int64_t calls = 0;
  Finish finish = Finish::stop;
  Thoughts thoughts = Thoughts::none;
};

constexpr Kind kKinds[] = {
    {.tokens = kTokens},
    {.calls = kCalls, .finish = Finish::tool_calls},
    {.tokens = 0, .calls = 1, .finish = Finish::tool_calls},
    {.finish = Finish::length},
    {.finish = Finish::error},
    {.thoughts = Thoughts::beside},
};

// Those that tell what the model thought.
bool thinks(const Dialect& dialect) {
  for (const std::string_view name : {"anthropic", "openai-responses", "groq"}) {
    if (dialect.name() == name) return true;
  }
  return false;
}

ReplyText words(std::int64_t count) {
  std::string text;
  for (std::int64_t i = 0; i < count; ++i) text += " word";
  return ReplyText::literal(text, count);
}

Answer answer_of(const Kind& kind, const Dialect& dialect) {
  Answer answer;
  answer.id = 1;
  answer.model = "model";
  answer.has_text = kind.tokens > 0;
  answer.text = words(kind.tokens);
  for (std::int64_t i = 0; i < kind.calls; ++i) {
    ToolCall call;
    call.id = dialect.call_id(static_cast<std::uint64_t>(i));
    call.name = "tool";
    call.arguments = "{}";
    answer.calls.push_back(std::move(call));
  }
  answer.finish = kind.finish;
  answer.include_usage = answer.obfuscate = true;
  // What is told again as it was asked may have any members.
  for (const char* name : {"reasoning", "text", "tool_choice"}) answer.echo.repeated[name] = "{}";
  answer.echo.repeated["tools"] = "[{}]";
  if (kind.thoughts == Thoughts::none) return answer;
  auto reasoning = std::make_shared<Reasoning>();
  reasoning->text = words(2);
  reasoning->thoughts = kind.thoughts;
  reasoning->sealed = true;
  answer.reasoning = std::move(reasoning);
  return answer;
}

bool leads_into_empty(const std::string& json, const std::string& path) {
  for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    if (value_at(json, path.substr(0, at)) == "{}") return true;
  }
  return false;
}

bool has_field(std::string json, const Json& fault) {
  const std::string first = '"' + fault.field.substr(0, fault.field.find('.')) + '"';
  if (json.find(first) == std::string::npos) return false;  // most events: nothing is parsed
  return leads_into_empty(json, pointer_of(fault)) || spoil_json(json, fault);
}

bool may_choose(const Json& fault, const StreamCursor& at) {
  if (!fault.event || at.place().stage == Stage::end) return true;  // of a short answer the last
  return *fault.event >= kTokens || at.event() == *fault.event;
}

bool streams_have(const Json& fault, const Dialect& dialect, const Answer& answer) {
  const std::int64_t events = events_of(dialect, answer);
  for (StreamCursor at(dialect, answer); at.event() < events; at.next()) {
    if (!may_choose(fault, at)) continue;
    std::string event;
    dialect.write_event(event, answer, at.place(), at.event());
    bool has = false;
    edit_payload(event, [&](std::string& json) { has = has_field(json, fault); });
    if (has) return true;
  }
  return false;
}

bool plain_has(const Json& fault, const Dialect& dialect, const Answer& answer) {
  std::string body;
  dialect.write_answer(body, answer);
  return has_field(std::move(body), fault);
}

}  // namespace

AnswerForms forms_with_field(const Json& fault, const Dialect& dialect) {
  const bool of_tools = dialect.route("POST", dialect.chat_path()).call == Call::tools;
  if (fault.field.empty() || of_tools) return {};
  Json tried = fault;
  tried.bytes = 1;
  AnswerForms forms{false, false};
  for (const Kind& kind : kKinds) {
    if (kind.thoughts != Thoughts::none && !thinks(dialect)) continue;
    const Answer answer = answer_of(kind, dialect);
    forms.plain = forms.plain || plain_has(tried, dialect, answer);
    forms.streamed = forms.streamed || streams_have(tried, dialect, answer);
  }
  return forms;
}

}  // namespace fakes
