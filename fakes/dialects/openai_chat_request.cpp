#include "fakes/dialects/openai_chat.hpp"
#include "fakes/dialects/openai_parse.hpp"

namespace fakes {
namespace {

using namespace openai;
using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;

struct Message {
  JsonValue role;
  JsonValue content;
  JsonValue tool_calls;
  JsonValue tool_call_id;
};

bool read_fields(JsonReader& reader, Message& message) {
  std::string_view key;
  while (reader.next_key(key)) {
    JsonValue* to = nullptr;
    if (key == "role") to = &message.role;
    if (key == "content") to = &message.content;
    if (key == "tool_calls") to = &message.tool_calls;
    if (key == "tool_call_id") to = &message.tool_call_id;
    const JsonValue value = reader.take();
    if (to != nullptr) *to = value;
  }
  return !reader.failed();
}

// One message. Its role may stand behind its content, so the markers are looked for at the end.
std::optional<Refusal> read_message(JsonReader& reader, ChatRequest& request) {
  if (reader.peek() != JsonType::object) return wrong_type("messages", "an array of objects");
  Message message;
  if (!reader.enter_object() || !read_fields(reader, message)) return not_json();
  if (!message.role) return missing("messages[].role");
  const auto known = role_of(message.role.raw);
  if (!known)
    return invalid("messages[].role", "Invalid value for a message's role.", "invalid_value");
  const JsonValue& content = message.content;
  const bool text = content.type == JsonType::string || content.type == JsonType::array;
  if (!text && *known != Role::assistant) {
    return wrong_type("messages[].content", "a string or an array of parts");
  }
  if (auto refusal = check_parts(content, "messages[].content")) return refusal;
  if (message.role.raw == "\"tool\"" && message.tool_call_id.type != JsonType::string) {
    return missing("messages[].tool_call_id");
  }
  if (++request.messages > kMessagesMax) return invalid("messages", "Too many messages.", "");
  if (message.tool_calls.type == JsonType::array) {
    request.prompt_bytes += static_cast<std::int64_t>(message.tool_calls.raw.size());
  }
  if (!text) return std::nullopt;
  note_message(request, *known, content.inside());
  return std::nullopt;
}

std::optional<Refusal> read_messages(JsonReader& reader, ChatRequest& request) {
  if (reader.peek() != JsonType::array) return wrong_type("messages", "an array of objects");
  if (!reader.enter_array()) return not_json();
  while (reader.next_item()) {
    if (auto refusal = read_message(reader, request)) return refusal;
  }
  if (reader.failed()) return not_json();
  if (request.messages == 0) return invalid("messages", "Invalid 'messages': empty array.", "");
  return std::nullopt;
}

// `{"type": "function", "function": {"name": ...}}` each.
std::optional<Refusal> read_tools(const JsonValue& value, ChatRequest& request) {
  request.tools.clear();
  request.schemas.clear();
  if (value.type == JsonType::null) return std::nullopt;
  if (value.type != JsonType::array) return wrong_type("tools", "an array of objects");
  JsonReader reader(value.raw);
  if (!reader.enter_array()) return std::nullopt;
  while (reader.next_item()) {
    const JsonValue function = member_of(reader.take().raw, "function");
    const JsonValue name = member_of(function.raw, "name");
    if (name.type != JsonType::string) return missing("tools[].function.name");
    if (request.tools.size() == ChatRequest::kToolsMax) {
      return invalid("tools", "Too many tools.", "array_above_max_length");
    }
    note_tool(request, name.text(), member_of(function.raw, "parameters").raw);
  }
  return std::nullopt;
}

// The fake has one answer to a request.
std::optional<Refusal> check_choices(const JsonValue& value) {
  if (value.type == JsonType::null || value.integer() == 1) return std::nullopt;
  const auto n = value.integer();
  if (!n) return wrong_type("n", "an integer");
  if (*n < 1) {
    return invalid("n", "Invalid 'n': integer below minimum value of 1.",
                   "integer_below_min_value");
  }
  return invalid("n", "Unsupported value: 'n' must be 1 with this model.", "unsupported_value");
}

// One member of the request, its key already read. What nobody knows is passed over.
std::optional<Refusal> read_member(JsonReader& reader, std::string_view key, ChatRequest& request) {
  if (key == "messages") {
    forget_messages(request);  // of two such members the last counts
    return read_messages(reader, request);
  }
  const std::string name(key);
  const JsonValue value = reader.take();
  if (!value) return not_json();
  if (name == "model") return read_text(value, name, request.model);
  if (name == "user") return read_text(value, name, request.user);
  if (name == "stream") return read_flag(value, name, request.stream);
  if (name == "stream_options") read_stream_options(value, request);
  if (name == "max_tokens" || name == "max_completion_tokens") {
    return read_limit(value, name, request);
  }
  if (name == "tools") return read_tools(value, request);
  if (name == "tool_choice") read_tool_choice(value, request);
  if (name == "response_format") read_format(value, request);
  if (name == "n") return check_choices(value);
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> OpenAiChat::parse(std::string_view body,
                                         ChatRequest& request) const {
  JsonReader reader(body);
  std::string_view key;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return not_json();
  bool has_messages = false;
  while (reader.next_key(key)) {
    has_messages = has_messages || key == "messages";
    if (auto refusal = read_member(reader, key, request)) return refusal;
  }
  if (!reader.finished()) return not_json();
  if (request.model.empty()) return missing("model");
  if (!has_messages) return missing("messages");
  if (auto refusal = settle_tool_choice(request)) return refusal;
  request.asked = world::last_turn_id(request.last_user_message);
  return std::nullopt;
}

}  // namespace fakes
