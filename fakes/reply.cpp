#include "fakes/reply.hpp"

#include <algorithm>

#include "fakes/json_filler.hpp"
#include "fakes/reasoning.hpp"
#include "fakes/reply_template.hpp"

namespace fakes {
namespace {

using world::Purpose;

constexpr std::int64_t kFragmentBytes = 12;         // of a call's arguments, as models stream them
constexpr std::string_view kFiller = "example";      // what a demanded call's strings say
constexpr std::size_t kTextBytesMax = 64ULL << 20;  // of one answer

bool matches_name(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return true;
  if (pattern.back() != '*') return pattern == name;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

bool is_user(const std::string& wanted, const ChatRequest& chat) {
  if (wanted.empty() || wanted == chat.user) return true;
  return chat.asked && wanted == "u" + std::to_string(chat.asked->user);
}

bool contains(std::string_view json_text, const std::string& wanted) {
  return wanted.empty() || plain_text(json_text).find(wanted) != std::string::npos;
}

bool offers(const ChatRequest& chat, const ReplyCall& call) {
  if (call.name == "*") return !chat.tools.empty();
  return std::find(chat.tools.begin(), chat.tools.end(), call.name) != chat.tools.end();
}

bool has_headers(const ReplyMatch& match, const world::HttpHeaders& headers) {
  return std::all_of(match.header.begin(), match.header.end(), [&headers](const auto& wanted) {
    const std::string* value = headers.find(wanted.first);
    return value != nullptr && value->find(wanted.second) != std::string::npos;
  });
}

bool applies(const ReplyRule& rule, std::size_t index, const ReplyContext& c) {
  const ReplyMatch& match = rule.match;
  const ChatRequest& chat = c.chat;
  if (match.stream && *match.stream != chat.stream) return false;
  if (match.turn && !match.turn->contains(chat.turns)) return false;
  if (match.tool_results && !match.tool_results->contains(chat.tool_results)) return false;
  if (match.attempt && !match.attempt->contains(c.key.attempt)) return false;
  if (!matches_name(match.model, chat.model) || !is_user(match.user, chat)) return false;
  if (!contains(chat.last_user_message, match.text)) return false;
  if (!contains(chat.last_tool_result, match.tool_result)) return false;
  if (!has_headers(match, c.headers)) return false;
  const auto offered = [&chat](const ReplyCall& call) { return offers(chat, call); };
  if (!std::all_of(rule.calls.begin(), rule.calls.end(), offered)) return false;
  if (rule.probability_ppm >= 1'000'000) return true;
  const std::uint64_t who = c.random.bits(Purpose("reply rule"), c.key.entity, index);
  return c.random.chance(rule.probability_ppm, Purpose("reply"), who, c.key.attempt);
}

TemplateValues values_of(const ReplyContext& c) {
  TemplateValues values;
  values.model = c.chat.model;
  values.user = c.chat.user;
  values.text = plain_text(c.chat.last_user_message);
  values.turn = std::to_string(c.chat.turns);
  values.attempt = std::to_string(c.key.attempt);
  values.canary = c.chat.asked ? canary(*c.chat.asked) : std::string("[reply]");
  values.tool_result = plain_text(c.chat.last_tool_result);
  return values;
}

void say_checkable(Answer& answer, const ReplyContext& c) {
  const std::int64_t wanted =
      c.chat.max_tokens ? *c.chat.max_tokens : draw_tokens(c.config, c.random, c.key);
  const bool cut_off = wanted > c.config.output_tokens_max;
  std::string first = c.chat.asked ? canary(*c.chat.asked) : std::string("[reply]");
  answer.text = ReplyText::checkable(std::move(first), std::min(wanted, c.config.output_tokens_max),
                                     cut_off, c.words);
  answer.finish = cut_off ? Finish::length : Finish::stop;
}

void say(Answer& answer, const std::string& said, const ReplyContext& c) {
  const std::int64_t limit =
      std::min(c.chat.max_tokens.value_or(c.config.output_tokens_max), c.config.output_tokens_max);
  answer.text = ReplyText::literal(said, limit);
  // A text that fills its limit to the last token may have had more to say, or not.
  const bool cut_off = ReplyText::literal(said, limit + 1).tokens() > limit;
  answer.finish = cut_off ? Finish::length : Finish::stop;
}

void say_text(Answer& answer, const ReplyRule& rule, const ReplyContext& c,
              const TemplateValues& values) {
  std::string said;
  const std::string once = rule.say
                               ? std::string(kSayings[static_cast<std::size_t>(*rule.say)].text)
                               : fill_template(*rule.text, values, false);
  if (rule.canary && c.chat.asked && !once.empty()) said = values.canary + " ";
  for (std::int64_t n = 0; n < rule.repeat && said.size() + once.size() <= kTextBytesMax; ++n) {
    said += once;
  }
  say(answer, said, c);
}

// As the dialect and the request make it, given its name and arguments. The id may be empty.
void add_call(Answer& answer, ToolCall call, const ReplyContext& c) {
  const std::uint64_t which = c.random.bits(Purpose("call id"), c.key.entity, c.key.attempt);
  // Behind each result the next call must have another id.
  const std::uint64_t ordinal =
      static_cast<std::uint64_t>(c.chat.messages) << 8 | answer.calls.size();
  if (call.id.empty()) call.id = c.dialect.call_id(c.random.bits(Purpose("call"), which, ordinal));
  const auto bytes = static_cast<std::int64_t>(call.arguments.size());
  call.fragments = c.dialect.whole_tool_calls()
                       ? 1
                       : std::max<std::int64_t>(1, (bytes + kFragmentBytes - 1) / kFragmentBytes);
  answer.calls.push_back(std::move(call));
}

void make_calls(Answer& answer, const ReplyRule& rule, const ReplyContext& c,
                const TemplateValues& values) {
  for (const ReplyCall& wanted : rule.calls) {
    ToolCall call;
    call.name = wanted.name == "*" ? c.chat.tools.front() : wanted.name;
    call.arguments = fill_template(wanted.arguments, values, true);
    call.id = wanted.id;
    add_call(answer, std::move(call), c);
  }
  answer.has_text = rule.text || rule.say;
  answer.finish = Finish::tool_calls;
}

// The request demands a call: of the tool that it names, or of the first. False: there is no such
// tool on offer.
bool make_demanded_call(Answer& answer, const ReplyContext& c) {
  const ChatRequest& chat = c.chat;
  const auto wanted =
      chat.must_call_tool.empty()
          ? chat.tools.begin()
          : std::find(chat.tools.begin(), chat.tools.end(), chat.must_call_tool);
  if (!chat.must_call || wanted == chat.tools.end()) return false;
  ToolCall call;
  call.name = *wanted;
  const auto place = static_cast<std::size_t>(wanted - chat.tools.begin());
  call.arguments = fill_schema(chat.schemas[place], kFiller);
  if (!call.arguments.starts_with('{')) call.arguments = "{}";  // of a schema that allows anything
  add_call(answer, std::move(call), c);
  answer.has_text = false;
  answer.finish = Finish::tool_calls;
  return true;
}

// Strings in it say whose answer it is.
void say_json(Answer& answer, const ReplyContext& c) {
  const std::string whose = c.chat.asked ? canary(*c.chat.asked) : std::string("[reply]");
  const std::string_view any = R"({"properties": {"reply": {}}, "required": ["reply"]})";
  const std::string_view schema = c.chat.json_schema;
  say(answer, fill_schema(schema.empty() ? any : schema, whose), c);
}

}  // namespace

void plan_reply(Answer& answer, const ReplyContext& c) {
  plan_reasoning(answer, c);
  const auto& rules = c.config.replies;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const ReplyRule& rule = rules[i];
    if (!applies(rule, i, c)) continue;
    const TemplateValues values = values_of(c);
    const bool own_words = rule.text || (rule.say && *rule.say != Saying::checkable);
    if (own_words) {
      say_text(answer, rule, c, values);
    } else if (rule.calls.empty() || rule.say) {
      say_checkable(answer, c);
    }
    if (!rule.calls.empty()) make_calls(answer, rule, c, values);
    if (rule.finish) answer.finish = *rule.finish;
    return;
  }
  if (make_demanded_call(answer, c)) return;
  if (c.chat.must_be_json) return say_json(answer, c);
  say_checkable(answer, c);
}

std::string problem_of(const ReplyRule& rule) {
  if (rule.text && rule.say) return "has both `text` and `say`; it must have one of them";
  if (rule.repeat > 1 && !rule.text && !rule.say) return "has `repeat` without a text to repeat";
  if (rule.text) {
    const std::string problem = problem_of_template(*rule.text);
    if (!problem.empty()) return "has a text that cannot be filled in: " + problem;
  }
  for (const ReplyCall& call : rule.calls) {
    const std::string problem = problem_of_template(call.arguments);
    if (!problem.empty()) return "has arguments that cannot be filled in: " + problem;
    if (call.name.empty()) return "calls a tool without a name";
  }
  return {};
}

}  // namespace fakes
