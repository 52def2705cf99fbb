// What the body of `POST /v1/responses` may hold. Its input becomes chat messages
// (responses_input.cpp), its other members those of a chat request.
#include "agent/api/common_members.hpp"
#include "agent/api/request_reader.hpp"
#include "agent/api/responses_input.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::JsonType;
using world::JsonValue;
using Index = JsonDocument::Index;

namespace {

constexpr std::string_view kTruncations[] = {"auto", "disabled"};
constexpr double kPairsMax = 16;  // of metadata, as OpenAI has it

void append_member(std::string& out, std::string_view name, std::string_view raw) {
  out += ",\"";
  out += name;
  out += "\":";
  out += raw;
}

// To the provider, by the name that chat requests have for it.
void pass_as(const Field& field, std::string_view name) {
  append_member(field.reading.request.others, name, field.value().raw);
}

template <bool Request::*kFlag>
bool read_flag(const Field& field) {
  field.reading.request.*kFlag = field.value().is_true();
  return true;
}

template <std::string Request::*kText>
bool read_text(const Field& field) {
  field.reading.request.*kText = field.value().text();
  return true;
}

bool read_conversation(const Field& field) {
  if (field.value().type == JsonType::string) return read_text<&Request::conversation>(field);
  static constexpr MemberRule rules[] = {
      {.name = "id", .types = kString, .min = 1, .max = kNameBytesMax,
       .read = read_text<&Request::conversation>, .required = true}};
  return read_members(field, rules);
}

bool read_output_tokens(const Field& field) {
  pass_as(field, "max_tokens");
  return read_max_tokens(field);
}

bool read_metadata(const Field& field) {
  const JsonDocument& document = field.reading.document;
  static constexpr MemberRule text{.name = "metadata", .types = kString, .max = 512};
  bool good = true;
  for (Index i = document.first(field.index); i < document.end(field.index);
       i = document.next(i)) {
    const Field member = field.member(i);
    good = check(member, text) && good;
  }
  const std::size_t pairs = document.size(field.index);
  if (static_cast<double>(pairs) > kPairsMax) {
    good = field.reading.errors.refuse_shown(field.path, "object of at most 16 members",
                                             "an object of " + std::to_string(pairs) + " members");
  }
  field.reading.request.metadata = field.value().raw;
  return good;
}

// --- tools ---

enum ToolMember : std::size_t { kToolType, kToolName };
constexpr MemberRule kToolRules[] = {
    {.name = "type", .types = kString, .choices = kFunction, .required = true},
    {.name = "name", .types = kString, .min = 1, .max = kNameBytesMax, .read = check_function_name,
     .required = true},
    {.name = "description", .types = kString},
    {.name = "parameters", .types = kObject},
    {.name = "strict", .types = kBoolean},
};

// {"type":"function","name":...} as {"type":"function","function":{"name":...}}.
void append_tool(std::string& out, const JsonDocument& document, const Members& members) {
  out += R"({"type":"function","function":{"name":)";
  out += document.at(members.at[kToolName]).value.raw;
  for (std::size_t i = kToolName + 1; i < std::size(kToolRules); ++i) {
    if (members.at[i] == JsonDocument::kNone) continue;
    const JsonValue& value = document.at(members.at[i]).value;
    if (value.type != JsonType::null) append_member(out, kToolRules[i].name, value.raw);
  }
  out += "}}";
}

bool read_tools(const Field& field) {
  const JsonDocument& document = field.reading.document;
  std::string tools;
  bool good = true;
  std::size_t number = 0;
  for (Index i = document.first(field.index); i < document.end(field.index);
       i = document.next(i)) {
    const Field tool = field.item(i, number++);
    Members members;
    good = read_members(tool, kToolRules, members, Unknown::ignored) && good;
    if (!good) continue;
    if (!tools.empty()) tools += ',';
    append_tool(tools, document, members);
  }
  if (good && !tools.empty()) {
    append_member(field.reading.request.others, "tools", "[" + tools + "]");
  }
  return good;
}

bool read_tool_choice(const Field& field) {
  if (field.value().type == JsonType::string) return pass_as(field, "tool_choice"), true;
  static constexpr MemberRule rules[] = {
      {.name = "type", .types = kString, .choices = kFunction, .required = true},
      {.name = "name", .types = kString, .required = true}};
  Members members;
  if (!read_members(field, rules, members, Unknown::ignored)) return false;
  std::string choice = R"({"type":"function","function":{"name":)";
  choice += field.reading.document.at(members.at[1]).value.raw;
  choice += "}}";
  append_member(field.reading.request.others, "tool_choice", choice);
  return true;
}

// --- the form of the answer ---

bool read_format(const Field& field) {
  static constexpr MemberRule rules[] = {
      {.name = "type", .types = kString, .choices = kFormats, .required = true},
      {.name = "name", .types = kString},
      {.name = "schema", .types = kObject},
      {.name = "strict", .types = kBoolean},
      {.name = "description", .types = kString}};
  Members members;
  if (!read_members(field, rules, members, Unknown::ignored)) return false;
  const JsonDocument& document = field.reading.document;
  const std::string type = document.at(members.at[0]).value.text();
  if (type == "text") return true;
  Request& request = field.reading.request;
  request.wants_json = true;
  std::string format = R"({"type":")" + type + '"';
  if (type == "json_schema") {
    for (const std::size_t needed : {std::size_t{1}, std::size_t{2}}) {
      if (members.at[needed] != JsonDocument::kNone) continue;
      const Path missing{&field.path, rules[needed].name};
      return field.reading.errors.refuse(missing, expected_of(rules[needed]), JsonValue{},
                                         "add '" + std::string(rules[needed].name) + "'");
    }
    std::string schema;
    for (std::size_t i = 1; i < std::size(rules); ++i) {
      if (members.at[i] == JsonDocument::kNone) continue;
      append_member(schema, rules[i].name, document.at(members.at[i]).value.raw);
    }
    format += R"(,"json_schema":{)" + schema.substr(1) + '}';
  }
  append_member(request.others, "response_format", format + '}');
  return true;
}

bool read_verbosity(const Field& field) { return pass_as(field, "verbosity"), true; }
bool read_effort(const Field& field) { return pass_as(field, "reasoning_effort"), true; }

bool read_text_form(const Field& field) {
  static constexpr MemberRule rules[] = {
      {.name = "format", .types = kObject, .read = read_format},
      {.name = "verbosity", .types = kString, .choices = kVerbosities, .read = read_verbosity}};
  return read_members(field, rules);
}

bool read_reasoning(const Field& field) {
  static constexpr MemberRule rules[] = {
      {.name = "effort", .types = kString, .choices = kEfforts, .read = read_effort},
      {.name = "summary", .types = kString},
      {.name = "generate_summary", .types = kString}};
  return read_members(field, rules);
}

// --- all of it ---

enum BodyMember : std::size_t { kModel, kInput, kBackground, kStore, kPrevious, kConversation };
// The most frequent first: each name is looked for in this order.
constexpr MemberRule kResponsesRules[] = {
    {.name = "model", .types = kString, .doc = "The model to ask.", .max = kNameBytesMax,
     .read = read_model},
    {.name = "input", .types = kString | kArray, .doc = "What is said: a text, or a list of items.",
     .read = read_input, .required = true},
    {.name = "background", .types = kBoolean,
     .doc = "Whether the answer is fetched later, by the response's id.",
     .read = read_flag<&Request::background>},
    {.name = "store", .types = kBoolean, .doc = "Whether the response can be found again.",
     .read = read_flag<&Request::store>},
    {.name = "previous_response_id", .types = kString, .doc = "The response that this one follows.",
     .min = 1, .max = kNameBytesMax, .read = read_text<&Request::previous>},
    {.name = "conversation", .types = kString | kObject, .doc = "The conversation, or its {id}.",
     .min = 0, .max = kNameBytesMax, .read = read_conversation},
    {.name = "stream", .types = kBoolean, .doc = "Whether the answer comes in pieces.",
     .read = read_stream},
    {.name = "instructions", .types = kString, .doc = "A system message, of this turn only.",
     .read = read_text<&Request::instructions>},
    {.name = "user", .types = kString, .doc = "Who asks.", .max = kNameBytesMax,
     .read = read_user},
    {.name = "metadata", .types = kObject, .doc = "Up to 16 texts, given back with the response.",
     .read = read_metadata},
    {.name = "max_output_tokens", .types = kInteger, .doc = "The most tokens of the answer.",
     .min = 1, .max = kIntegerMax, .read = read_output_tokens},
    {.name = "temperature", .types = kNumber, .doc = "How freely words are drawn.", .min = 0,
     .max = 2, .passed_on = true},
    {.name = "top_p", .types = kNumber, .doc = "The share of likely words that is drawn from.",
     .min = 0, .max = 1, .passed_on = true},
    {.name = "tools", .types = kArray, .doc = "Functions that the model may call.", .min = 0,
     .max = 128, .read = read_tools},
    {.name = "tool_choice", .types = kString | kObject, .doc = "Which of them it must call.",
     .choices = kToolChoices, .read = read_tool_choice},
    {.name = "parallel_tool_calls", .types = kBoolean, .doc = "Whether it may call several.",
     .passed_on = true},
    {.name = "text", .types = kObject, .doc = "The form of the answer.", .read = read_text_form},
    {.name = "reasoning", .types = kObject, .doc = "How much the model thinks.",
     .read = read_reasoning},
    {.name = "service_tier", .types = kString, .doc = "How soon it is served.",
     .choices = kServiceTiers, .read = read_service_tier},
    {.name = "truncation", .types = kString, .doc = "Whether old messages may be left out.",
     .choices = kTruncations},
    {.name = "agentcore", .types = kObject, .doc = "What only this core knows.",
     .read = read_agentcore},
    {.name = "include", .types = kArray, .doc = "What else the response shows."},
    {.name = "top_logprobs", .types = kInteger, .doc = "How many likelihoods are told.", .min = 0,
     .max = 20},
    {.name = "max_tool_calls", .types = kInteger, .doc = "The most calls of tools.", .min = 1,
     .max = kIntegerMax},
    {.name = "stream_options", .types = kObject, .doc = "What streams hold."},
    {.name = "prompt_cache_key", .types = kString},
    {.name = "safety_identifier", .types = kString},
    {.name = "prompt", .types = kObject},
};
static_assert(std::size(kResponsesRules) <= kRulesMax);

// What the response shows of its request, besides `metadata`.
constexpr std::string_view kEchoed[] = {
    "instructions", "max_output_tokens",    "max_tool_calls", "parallel_tool_calls",
    "reasoning",    "previous_response_id", "text",           "temperature",
    "tool_choice",  "tools",                "top_logprobs",   "top_p",
    "truncation",   "user",                 "background",     "store"};

void echo(const Field& body) {
  const JsonDocument& document = body.reading.document;
  for (Index i = document.first(body.index); i < document.end(body.index); i = document.next(i)) {
    const JsonDocument::Node& node = document.at(i);
    for (const std::string_view name : kEchoed) {
      if (node.key == name) append_member(body.reading.request.echo, name, node.value.raw);
    }
  }
}

// What members mean together.
bool agree(const Field& body, const Members& members) {
  const Request& request = body.reading.request;
  FieldErrors& errors = body.reading.errors;
  if (!request.previous.empty() && !request.conversation.empty()) {
    const Field previous = body.member(members.at[kPrevious]);
    return errors.refuse(previous.path, "absent when 'conversation' is given", previous.value(),
                         "leave one of the two out");
  }
  if (request.background && !request.store) {
    const Field store = body.member(members.at[kStore]);
    return errors.refuse(store.path, "true when 'background' is true", store.value(),
                         "leave 'store' out");
  }
  return true;
}

// A background job is nobody's who waits for it, unless its user wants it so.
bool says_on_disconnect(const Field& body) {
  const JsonDocument& document = body.reading.document;
  const Index own = document.member(body.index, "agentcore");
  return own != JsonDocument::kNone && document.member(own, "on_disconnect") != JsonDocument::kNone;
}

}  // namespace

std::span<const MemberRule> responses_rules() { return kResponsesRules; }

bool read_responses(const Field& body) {
  Request& request = body.reading.request;
  request.store = true;
  Members members;
  if (!read_members(body, kResponsesRules, members, Unknown::ignored)) return false;
  if (!agree(body, members)) return false;
  if (request.background && !says_on_disconnect(body)) request.cancel_on_leaving = false;
  echo(body);
  return true;
}

}  // namespace agent
