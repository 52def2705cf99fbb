// What the body of `POST /v1/chat/completions` may hold. Messages and what the core has no use for
// go to the provider as they came.
#include "agent/api/common_members.hpp"
#include "agent/api/request_reader.hpp"

namespace agent {

using world::JsonType;
using Index = JsonDocument::Index;

namespace {

constexpr std::array<std::string_view, 5> kRoles{"system", "developer", "user", "assistant",
                                                 "tool"};
constexpr std::array<std::string_view, 2> kModalities{"text", "audio"};

// --- messages ---

bool read_parts(const Field& field);
bool read_tool_calls(const Field& field);

enum MessageMember : std::size_t { kRole, kContent, kToolCallId };
constexpr MemberRule kMessageRules[] = {
    {.name = "role", .types = kString, .doc = "Who says it.", .choices = kRoles, .required = true},
    {.name = "content", .types = kString | kArray, .doc = "What is said: a text, or its parts.",
     .read = read_parts},
    {.name = "tool_call_id", .types = kString, .doc = "Of a tool's result: the call's id."},
    {.name = "tool_calls", .types = kArray, .doc = "The tools that the model wants called.",
     .read = read_tool_calls},
    {.name = "name", .types = kString, .doc = "Which of those in this role says it."},
    {.name = "refusal", .types = kString, .doc = "The model's refusal."},
    {.name = "function_call", .doc = "The older form of tool_calls."},
};

constexpr MemberRule kFunctionRules[] = {
    {.name = "name", .types = kString, .required = true},
    {.name = "arguments", .types = kString, .required = true},
};

bool read_called(const Field& field) { return read_members(field, kFunctionRules); }

constexpr MemberRule kToolCallRules[] = {
    {.name = "id", .types = kString, .required = true},
    {.name = "type", .types = kString},
    {.name = "function", .types = kObject, .read = read_called},
};

// Each item of a list by the same rules.
bool read_items(const Field& list, std::span<const MemberRule> rules) {
  const JsonDocument& document = list.reading.document;
  bool good = true;
  std::size_t number = 0;
  for (Index i = document.first(list.index); i < document.end(list.index); i = document.next(i)) {
    const Field item = list.item(i, number++);
    good = read_members(item, rules) && good;
  }
  return good;
}

bool read_tool_calls(const Field& field) { return read_items(field, kToolCallRules); }

enum PartMember : std::size_t { kPartType, kPartText };
constexpr MemberRule kPartRules[] = {
    {.name = "type", .types = kString, .required = true},
    {.name = "text", .types = kString},
};

bool read_part(const Field& part) {
  Members members;
  if (!read_members(part, kPartRules, members, Unknown::ignored)) return false;
  const JsonDocument& document = part.reading.document;
  const bool is_text = document.at(members.at[kPartType]).value.raw == "\"text\"";
  if (!is_text || members.at[kPartText] != JsonDocument::kNone) return true;
  const Path missing{&part.path, "text"};
  return part.reading.errors.refuse(missing, "string", world::JsonValue{}, "add 'text'");
}

bool read_parts(const Field& field) {
  if (field.value().type != JsonType::array) return true;
  const JsonDocument& document = field.reading.document;
  bool good = true;
  std::size_t number = 0;
  for (Index i = document.first(field.index); i < document.end(field.index);
       i = document.next(i)) {
    const Field part = field.item(i, number++);
    good = read_part(part) && good;
  }
  return good;
}

// Only an assistant may say nothing: it may have called tools instead.
bool read_message(const Field& message) {
  Members members;
  if (!read_members(message, kMessageRules, members, Unknown::ignored)) return false;
  const JsonDocument& document = message.reading.document;
  const std::string_view role = document.at(members.at[kRole]).value.inside();
  FieldErrors& errors = message.reading.errors;
  const Index content = members.at[kContent];
  const bool is_null = content == JsonDocument::kNone ||
                       document.at(content).value.type == JsonType::null;
  if (is_null && role != "assistant") {
    const Path place{&message.path, "content"};
    const world::JsonValue got =
        content == JsonDocument::kNone ? world::JsonValue{} : document.at(content).value;
    return errors.refuse(place, "string or array", got,
                         got ? "write \"\" for an empty text" : "add 'content'");
  }
  const Index call = members.at[kToolCallId];
  if (role != "tool" || call != JsonDocument::kNone) return true;
  const Path place{&message.path, "tool_call_id"};
  return errors.refuse(place, "string", world::JsonValue{}, "add the id of the call it answers");
}

bool read_messages(const Field& field) {
  const Reading& reading = field.reading;
  const JsonDocument& document = reading.document;
  const std::size_t count = document.size(field.index);
  const auto most = static_cast<std::size_t>(reading.limits.messages_max);
  if (count == 0 || count > most) {
    return reading.errors.refuse_shown(
        field.path, "array of 1 to " + std::to_string(most) + " messages",
        count == 0 ? "an empty array" : "an array of " + std::to_string(count) + " items",
        count == 0 ? R"(add {"role":"user","content":"..."})" : "send the latest messages only");
  }
  bool good = true;
  std::size_t number = 0;
  for (Index i = document.first(field.index); i < document.end(field.index);
       i = document.next(i)) {
    const Field message = field.item(i, number++);
    good = read_message(message) && good;
    if (good) reading.request.messages.add(message.value().raw);
  }
  return good;
}

// --- the other members ---

bool read_metadata(const Field& field) {
  constexpr MemberRule rules[] = {
      {.name = "conversation", .types = kString, .max = kNameBytesMax,
       .read = [](const Field& name) {
         name.reading.request.conversation = name.value().text();
         return true;
       }},
  };
  return read_members(field, rules);
}

bool read_store(const Field& field) {
  field.reading.request.store = field.value().is_true();
  return true;
}

bool read_format(const Field& field) {
  constexpr MemberRule rules[] = {
      {.name = "type", .types = kString, .choices = kFormats, .required = true},
      {.name = "json_schema", .types = kObject},
  };
  Members members;
  if (!read_members(field, rules, members, Unknown::ignored)) return false;
  const std::string_view type = field.reading.document.at(members.at[0]).value.inside();
  field.reading.request.wants_json = type != "text";
  return true;
}

constexpr MemberRule kOfferedRules[] = {
    {.name = "name", .types = kString, .min = 1, .max = kNameBytesMax, .read = check_function_name,
     .required = true},
    {.name = "description", .types = kString},
    {.name = "parameters", .types = kObject},
    {.name = "strict", .types = kBoolean},
};

bool read_offered(const Field& field) { return read_members(field, kOfferedRules); }

constexpr MemberRule kToolRules[] = {
    {.name = "type", .types = kString, .choices = kFunction, .required = true},
    {.name = "function", .types = kObject, .read = read_offered, .required = true},
};

bool read_tools(const Field& field) { return read_items(field, kToolRules); }

bool read_stop(const Field& field) {
  if (field.value().type != JsonType::array) return true;
  const JsonDocument& document = field.reading.document;
  constexpr MemberRule text{.name = "stop", .types = kString};
  bool good = true;
  std::size_t number = 0;
  for (Index i = document.first(field.index); i < document.end(field.index);
       i = document.next(i)) {
    const Field item = field.item(i, number++);
    good = check(item, text) && good;
  }
  return good;
}

bool read_modalities(const Field& field) {
  const JsonDocument& document = field.reading.document;
  constexpr MemberRule text{.name = "modalities", .types = kString, .choices = kModalities};
  bool good = true;
  std::size_t number = 0;
  for (Index i = document.first(field.index); i < document.end(field.index);
       i = document.next(i)) {
    const Field item = field.item(i, number++);
    good = check(item, text) && good;
  }
  return good;
}

bool read_stream_options(const Field& field) {
  constexpr MemberRule rules[] = {
      {.name = "include_usage", .types = kBoolean},
      {.name = "include_obfuscation", .types = kBoolean},
  };
  return read_members(field, rules);
}

// The most frequent first: each name is looked for in this order.
constexpr MemberRule kChatRules[] = {
    {.name = "model", .types = kString, .doc = "The model to ask.", .max = kNameBytesMax,
     .read = read_model},
    {.name = "messages", .types = kArray, .doc = "The conversation, oldest message first.",
     .read = read_messages, .required = true},
    {.name = "user", .types = kString, .doc = "Who asks.", .max = kNameBytesMax,
     .read = read_user},
    {.name = "metadata", .types = kObject, .doc = "`conversation` names the conversation.",
     .read = read_metadata},
    {.name = "max_tokens", .types = kInteger, .doc = "The most tokens of the answer.", .min = 1,
     .max = kIntegerMax, .read = read_max_tokens, .passed_on = true},
    {.name = "stream", .types = kBoolean, .doc = "Whether the answer comes in pieces.",
     .read = read_stream},
    {.name = "max_completion_tokens", .types = kInteger, .doc = "The same as max_tokens.",
     .min = 1, .max = kIntegerMax, .read = read_max_tokens, .passed_on = true},
    {.name = "temperature", .types = kNumber, .doc = "How freely words are drawn.", .min = 0,
     .max = 2, .passed_on = true},
    {.name = "top_p", .types = kNumber, .doc = "The share of likely words that is drawn from.",
     .min = 0, .max = 1, .passed_on = true},
    {.name = "tools", .types = kArray, .doc = "Functions that the model may call.", .min = 0,
     .max = 128, .read = read_tools, .passed_on = true},
    {.name = "tool_choice", .types = kString | kObject, .doc = "Which of them it must call.",
     .choices = kToolChoices, .passed_on = true},
    {.name = "response_format", .types = kObject, .doc = "The form of the answer.",
     .read = read_format, .passed_on = true},
    {.name = "stream_options", .types = kObject, .doc = "What streams hold.",
     .read = read_stream_options, .passed_on = true},
    {.name = "n", .types = kInteger, .doc = "How many answers.", .min = 1, .max = 128,
     .passed_on = true},
    {.name = "stop", .types = kString | kArray, .doc = "Where the answer ends.",
     .read = read_stop, .passed_on = true},
    {.name = "seed", .types = kInteger, .doc = "For repeatable answers.", .passed_on = true},
    {.name = "presence_penalty", .types = kNumber, .doc = "Against words that were there.",
     .min = -2, .max = 2, .passed_on = true},
    {.name = "frequency_penalty", .types = kNumber, .doc = "Against words that were there often.",
     .min = -2, .max = 2, .passed_on = true},
    {.name = "logit_bias", .types = kObject, .doc = "Likelier or unlikelier tokens.",
     .passed_on = true},
    {.name = "logprobs", .types = kBoolean, .doc = "Whether likelihoods are told.",
     .passed_on = true},
    {.name = "top_logprobs", .types = kInteger, .doc = "How many of them.", .min = 0, .max = 20,
     .passed_on = true},
    {.name = "parallel_tool_calls", .types = kBoolean, .doc = "Whether it may call several.",
     .passed_on = true},
    {.name = "reasoning_effort", .types = kString, .doc = "How much the model thinks.",
     .choices = kEfforts, .passed_on = true},
    {.name = "verbosity", .types = kString, .doc = "How much it says.", .choices = kVerbosities,
     .passed_on = true},
    {.name = "service_tier", .types = kString, .doc = "How soon it is served.",
     .choices = kServiceTiers, .read = read_service_tier},
    {.name = "store", .types = kBoolean, .doc = "Whether it can be found again.",
     .read = read_store},
    {.name = "modalities", .types = kArray, .doc = "Kinds of output.", .read = read_modalities,
     .passed_on = true},
    {.name = "agentcore", .types = kObject, .doc = "What only this core knows.",
     .read = read_agentcore},
    // What the core has no use for, so that no other name is taken for a misspelling of it.
    {.name = "audio", .types = kObject, .passed_on = true},
    {.name = "prediction", .types = kObject, .passed_on = true},
    {.name = "web_search_options", .types = kObject, .passed_on = true},
    {.name = "prompt_cache_key", .types = kString, .passed_on = true},
    {.name = "safety_identifier", .types = kString, .passed_on = true},
    {.name = "functions", .types = kArray, .passed_on = true},
    {.name = "function_call", .types = kString | kObject, .passed_on = true},
    {.name = "top_k", .types = kInteger, .passed_on = true},
    {.name = "min_p", .types = kNumber, .passed_on = true},
    {.name = "top_a", .types = kNumber, .passed_on = true},
    {.name = "repetition_penalty", .types = kNumber, .passed_on = true},
    {.name = "random_seed", .types = kInteger, .passed_on = true},
    {.name = "safe_prompt", .types = kBoolean, .passed_on = true},
    {.name = "stop_token_ids", .types = kArray, .passed_on = true},
    {.name = "min_tokens", .types = kInteger, .passed_on = true},
    {.name = "length_penalty", .types = kNumber, .passed_on = true},
    {.name = "ignore_eos", .types = kBoolean, .passed_on = true},
    {.name = "bad_words", .types = kArray, .passed_on = true},
    {.name = "best_of", .types = kInteger, .passed_on = true},
    {.name = "echo", .types = kBoolean, .passed_on = true},
    {.name = "provider", .types = kObject, .passed_on = true},
    {.name = "extra_body", .types = kObject, .passed_on = true},
};
static_assert(std::size(kChatRules) <= kRulesMax);

}  // namespace

std::span<const MemberRule> chat_rules() { return kChatRules; }

bool read_chat(const Field& body) {
  Members members;
  return read_members(body, kChatRules, members, Unknown::passed_on);
}

}  // namespace agent
