#include <algorithm>
#include <iterator>

#include "fakes/dialects/openai_parse.hpp"
#include "fakes/dialects/openai_responses.hpp"

namespace fakes {
namespace {

using namespace openai;
using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;

constexpr std::size_t kMetadataMax = 16;
constexpr std::size_t kMetadataKeyMax = 64;
constexpr std::size_t kMetadataValueMax = 512;

// What the answer says again as it came; and `tools`.
constexpr std::string_view kRepeated[] = {"parallel_tool_calls", "reasoning",   "temperature",
                                          "text",                "tool_choice", "top_p",
                                          "truncation"};

// The members that are looked at together, when all have been read. Of repeated ones the last.
struct Members {
  JsonValue input;
  JsonValue instructions;
};

std::string item_name(std::int64_t index, std::string_view member = {}) {
  std::string name = "input[" + std::to_string(index) + "]";
  if (!member.empty()) name += "." + std::string(member);
  return name;
}

bool is_text_or_parts(const JsonValue& value) {
  return value.type == JsonType::string || value.type == JsonType::array;
}

std::optional<Refusal> read_message(const JsonValue& item, std::int64_t index,
                                    ChatRequest& request) {
  const JsonValue role = member_of(item.raw, "role");
  const JsonValue content = member_of(item.raw, "content");
  if (!role) return missing(item_name(index, "role"));
  const auto known = role_of(role.raw);
  if (!known || known == Role::tool) {
    return invalid(item_name(index, "role"),
                   "Invalid value. Supported values are: 'assistant', 'system', 'developer', and "
                   "'user'.",
                   "invalid_value");
  }
  if (!content) return missing(item_name(index, "content"));
  if (!is_text_or_parts(content)) {
    return wrong_type(item_name(index, "content"), "a string or an array of parts");
  }
  if (auto refusal = check_parts(content, item_name(index, "content"))) return refusal;
  note_message(request, *known, content.inside());
  return std::nullopt;
}

std::optional<Refusal> check_texts(const JsonValue& item, std::int64_t index,
                                   std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const JsonValue value = member_of(item.raw, name);
    if (!value) return missing(item_name(index, name));
    if (value.type != JsonType::string) return wrong_type(item_name(index, name), "a string");
  }
  return std::nullopt;
}

std::optional<Refusal> read_call(const JsonValue& item, std::int64_t index, ChatRequest& request) {
  if (auto refusal = check_texts(item, index, {"call_id", "name", "arguments"})) return refusal;
  note_message(request, Role::assistant, member_of(item.raw, "arguments").inside());
  return std::nullopt;
}

std::optional<Refusal> read_call_output(const JsonValue& item, std::int64_t index,
                                        ChatRequest& request) {
  if (auto refusal = check_texts(item, index, {"call_id"})) return refusal;
  const JsonValue output = member_of(item.raw, "output");
  if (!output) return missing(item_name(index, "output"));
  if (!is_text_or_parts(output)) {
    return wrong_type(item_name(index, "output"), "a string or an array of parts");
  }
  if (auto refusal = check_parts(output, item_name(index, "output"))) return refusal;
  note_message(request, Role::tool, output.inside());
  return std::nullopt;
}

// Items of hosted tools and of reasoning are taken as they are.
bool is_other_item(std::string_view type) {
  for (const char* known : {"reasoning", "item_reference", "compaction", "mcp_list_tools",
                            "mcp_approval_request", "mcp_approval_response"}) {
    if (type == known) return true;
  }
  return type.ends_with("_call") || type.ends_with("_call_output");
}

std::optional<Refusal> read_item(const JsonValue& item, std::int64_t index, ChatRequest& request) {
  if (item.type != JsonType::object) return wrong_type(item_name(index), "an object");
  if (++request.messages > kMessagesMax) return invalid("input", "Too many items.", "");
  const JsonValue type = member_of(item.raw, "type");
  if (!type) return read_message(item, index, request);  // its short form
  if (type.type != JsonType::string) return wrong_type(item_name(index, "type"), "a string");
  const std::string kind = type.text();
  if (kind == "message") return read_message(item, index, request);
  if (kind == "function_call") return read_call(item, index, request);
  if (kind == "function_call_output") return read_call_output(item, index, request);
  if (is_other_item(kind)) {
    request.prompt_bytes += static_cast<std::int64_t>(item.raw.size());
    return std::nullopt;
  }
  return invalid(item_name(index, "type"), "Invalid value: '" + kind + "'.", "invalid_value");
}

std::optional<Refusal> read_input(const JsonValue& input, ChatRequest& request) {
  request.input = input.raw;
  if (!input || input.type == JsonType::null) {
    if (!request.previous_response_id.empty()) return std::nullopt;
    return invalid("input",
                   "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' "
                   "must be provided.",
                   "missing_required_parameter");
  }
  if (input.type == JsonType::string) {
    ++request.messages;
    note_message(request, Role::user, input.inside());
    return std::nullopt;
  }
  if (input.type != JsonType::array) return wrong_type("input", "a string or an array of items");
  JsonReader reader(input.raw);
  if (!reader.enter_array()) return not_json();
  for (std::int64_t index = 0; reader.next_item(); ++index) {
    const JsonValue item = reader.take();
    if (!item) return not_json();
    if (auto refusal = read_item(item, index, request)) return refusal;
  }
  return std::nullopt;
}

// Functions have names; tools that the provider runs itself have only a type.
std::optional<Refusal> read_tools(const JsonValue& value, ChatRequest& request) {
  request.tools.clear();
  request.schemas.clear();
  if (value.type == JsonType::null) return std::nullopt;
  if (value.type != JsonType::array) return wrong_type("tools", "an array of objects");
  JsonReader reader(value.raw);
  if (!reader.enter_array()) return not_json();
  while (reader.next_item()) {
    const JsonValue tool = reader.take();
    const JsonValue type = member_of(tool.raw, "type");
    if (type.type != JsonType::string) return missing("tools[].type");
    if (type.raw != "\"function\"") continue;
    const JsonValue name = member_of(tool.raw, "name");
    if (name.type != JsonType::string) return missing("tools[].name");
    if (request.tools.size() == ChatRequest::kToolsMax) {
      return invalid("tools", "Too many tools.", "array_above_max_length");
    }
    note_tool(request, name.text(), member_of(tool.raw, "parameters").raw);
  }
  return std::nullopt;
}

// It is repeated in every response, so its bounds are those of OpenAI.
std::optional<Refusal> read_metadata(const JsonValue& value, ChatRequest& request) {
  request.metadata = {};
  if (value.type == JsonType::null) return std::nullopt;
  if (value.type != JsonType::object) return wrong_type("metadata", "an object");
  JsonReader reader(value.raw);
  if (!reader.enter_object()) return not_json();
  std::string_view key;
  std::size_t entries = 0;
  while (reader.next_key(key)) {
    const bool long_key = key.size() > kMetadataKeyMax;
    const JsonValue text = reader.take();
    if (text.type != JsonType::string) return wrong_type("metadata", "an object of strings");
    if (++entries > kMetadataMax || long_key || text.text().size() > kMetadataValueMax) {
      return invalid("metadata", "Invalid 'metadata': too many or too long entries.",
                     "object_above_max_properties");
    }
  }
  request.metadata = value.raw;
  return std::nullopt;
}

// Null, or one of the words.
std::optional<Refusal> check_word(const JsonValue& value, const std::string& name,
                                  std::initializer_list<std::string_view> words) {
  if (!value || value.type == JsonType::null) return std::nullopt;
  if (value.type != JsonType::string) return wrong_type(name, "a string");
  const std::string given = value.text();
  if (std::find(words.begin(), words.end(), given) != words.end()) return std::nullopt;
  std::string known;
  for (const std::string_view word : words) {
    known += known.empty() ? "'" : ", '";
    known += word;
    known += '\'';
  }
  return invalid(name, "Invalid value: '" + given + "'. Supported values are: " + known + ".",
                 "invalid_value");
}

// `{"effort": ..., "summary": ...}`. Without a summary nobody sees what was thought.
std::optional<Refusal> read_reasoning(const JsonValue& value, ChatRequest& request) {
  request.thoughts = Thoughts::none;
  if (value.type == JsonType::null) return std::nullopt;
  if (value.type != JsonType::object) return wrong_type("reasoning", "an object");
  const JsonValue effort = member_of(value.raw, "effort");
  const JsonValue summary = member_of(value.raw, "summary");
  if (auto refusal = check_word(effort, "reasoning.effort",
                                {"none", "minimal", "low", "medium", "high", "xhigh"})) {
    return refusal;
  }
  if (auto refusal = check_word(summary, "reasoning.summary", {"auto", "concise", "detailed"})) {
    return refusal;
  }
  const bool summed_up = summary.type == JsonType::string;
  if (effort.raw == R"("none")" || (effort.type != JsonType::string && !summed_up)) {
    return std::nullopt;
  }
  request.thoughts = summed_up ? Thoughts::beside : Thoughts::unseen;
  return std::nullopt;
}

// Of what may be included, the fake has encrypted reasoning.
void read_include(const JsonValue& value, ChatRequest& request) {
  request.sealed_thoughts = false;
  JsonReader reader(value.raw);
  if (!reader.enter_array()) return;
  while (reader.next_item()) {
    const bool sealed = reader.take().raw == R"("reasoning.encrypted_content")";
    request.sealed_thoughts = request.sealed_thoughts || sealed;
  }
}

// One member of the request, its key already read. What nobody knows is passed over.
std::optional<Refusal> read_member(const std::string& name, const JsonValue& value,
                                   ChatRequest& request, Members& members) {
  if (name == "model") return read_text(value, name, request.model);
  if (name == "stream") return read_flag(value, name, request.stream);
  if (name == "background") return read_flag(value, name, request.background);
  if (name == "max_output_tokens") return read_limit(value, name, request);
  if (name == "tools") {
    if (value.type == JsonType::array) request.repeated[name] = value.raw;
    return read_tools(value, request);
  }
  if (name == "metadata") return read_metadata(value, request);
  if (name == "stream_options") read_stream_options(value, request);
  if (name == "tool_choice") read_tool_choice(value, request);
  if (name == "text") read_format(member_of(value.raw, "format"), request);
  if (name == "input") members.input = value;
  if (name == "include") read_include(value, request);
  if (name == "instructions") members.instructions = value;
  const bool given = value.type != JsonType::null;
  const bool is_repeated = std::find(std::begin(kRepeated), std::end(kRepeated), name) !=
                           std::end(kRepeated);
  if (is_repeated && given) request.repeated[name] = value.raw;
  if (name == "reasoning") return read_reasoning(value, request);
  if (name == "store" && given) return read_flag(value, name, request.store);
  if (name == "user" && given) return read_text(value, name, request.user);
  if (name == "previous_response_id" && given) {
    return read_text(value, name, request.previous_response_id);
  }
  return std::nullopt;
}

std::optional<Refusal> read_prompt(const Members& members, ChatRequest& request) {
  if (members.instructions && members.instructions.type != JsonType::null) {
    if (members.instructions.type != JsonType::string) {
      return wrong_type("instructions", "a string");
    }
    request.instructions = members.instructions.raw;
    ++request.messages;
    note_message(request, Role::system, members.instructions.inside());
  }
  return read_input(members.input, request);
}

}  // namespace

std::optional<Refusal> OpenAiResponses::parse(std::string_view body, ChatRequest& request) const {
  JsonReader reader(body);
  std::string_view key;
  Members members;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return not_json();
  while (reader.next_key(key)) {
    const std::string name(key);
    const JsonValue value = reader.take();
    if (!value) return not_json();
    if (auto refusal = read_member(name, value, request, members)) return refusal;
  }
  if (!reader.finished()) return not_json();
  if (request.model.empty()) return missing("model");
  if (auto refusal = read_prompt(members, request)) return refusal;
  if (auto refusal = settle_tool_choice(request)) return refusal;
  if (request.background && !request.store) {
    return invalid("background", "Background mode requires 'store' to be true.",
                   "invalid_value");
  }
  request.asked = world::last_turn_id(request.last_user_message);
  return std::nullopt;
}

}  // namespace fakes
