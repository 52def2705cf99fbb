#include "fakes/dialects/openai_chat.hpp"
#include "world/json_reader.hpp"

namespace fakes {
namespace {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;

constexpr std::int64_t kMessagesMax = 100'000;

Refusal invalid(std::string param, std::string message, std::string code = "invalid_type") {
  Refusal refusal;
  refusal.param = std::move(param);
  refusal.message = std::move(message);
  refusal.code = std::move(code);
  return refusal;
}

Refusal not_json() {
  return invalid("",
                 "We could not parse the JSON body of your request. The body must be valid JSON "
                 "in UTF-8.",
                 "");
}

Refusal missing(const char* param) {
  return invalid(param, std::string("Missing required parameter: '") + param + "'.",
                 "missing_required_parameter");
}

Refusal wrong_type(const char* param, const char* expected) {
  return invalid(param,
                 std::string("Invalid type for '") + param + "': expected " + expected + ".");
}

std::optional<Role> role_of(std::string_view raw) {
  if (raw == "\"user\"") return Role::user;
  if (raw == "\"assistant\"") return Role::assistant;
  if (raw == "\"system\"" || raw == "\"developer\"") return Role::system;
  if (raw == "\"tool\"" || raw == "\"function\"") return Role::tool;
  return std::nullopt;
}

// One message. Its role may stand behind its content, so the markers are looked for at the end.
std::optional<Refusal> read_message(JsonReader& reader, ChatRequest& request) {
  if (reader.peek() != JsonType::object) return wrong_type("messages", "an array of objects");
  if (!reader.enter_object()) return not_json();
  JsonValue role;
  JsonValue content;
  std::string_view key;
  while (reader.next_key(key)) {
    const std::string_view name = key;
    const bool is_role = name == "role";
    const bool is_content = name == "content";
    const JsonValue value = reader.take();
    if (is_role) role = value;
    if (is_content) content = value;
  }
  if (reader.failed()) return not_json();
  if (!role) return missing("messages[].role");
  const auto known = role_of(role.raw);
  if (!known)
    return invalid("messages[].role", "Invalid value for a message's role.", "invalid_value");
  const bool text = content.type == JsonType::string || content.type == JsonType::array;
  if (!text && *known != Role::assistant) {
    return wrong_type("messages[].content", "a string or an array of parts");
  }
  if (++request.messages > kMessagesMax) return invalid("messages", "Too many messages.", "");
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

std::optional<Refusal> read_limit(const JsonValue& value, ChatRequest& request) {
  if (value.type == JsonType::null) return std::nullopt;
  const auto tokens = value.integer();
  if (!tokens) return wrong_type("max_tokens", "an integer");
  if (*tokens < 1) {
    return invalid("max_tokens", "Invalid 'max_tokens': integer below minimum value of 1.",
                   "integer_below_min_value");
  }
  request.max_tokens = tokens;
  return std::nullopt;
}

void read_stream_options(std::string_view raw, ChatRequest& request) {
  JsonReader reader(raw);
  std::string_view key;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return;
  while (reader.next_key(key)) {
    const bool usage = key == "include_usage";
    const JsonValue value = reader.take();
    if (usage) request.include_usage = value.is_true();
  }
}

// `{"type": "function", "function": {"name": ...}}` each.
std::optional<Refusal> read_tools(const JsonValue& value, ChatRequest& request) {
  request.tools.clear();
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
    request.tools.push_back(name.text());
  }
  return std::nullopt;
}

// One member of the request, its key already read. What nobody knows is passed over.
std::optional<Refusal> read_member(JsonReader& reader, std::string_view key, ChatRequest& request) {
  if (key == "messages") {
    forget_messages(request);  // of two such members the last counts
    return read_messages(reader, request);
  }
  const bool is_model = key == "model";
  const bool is_user = key == "user";
  const bool is_stream = key == "stream";
  const bool is_options = key == "stream_options";
  const bool is_limit = key == "max_tokens" || key == "max_completion_tokens";
  const bool is_tools = key == "tools";
  const JsonValue value = reader.take();
  if (!value) return not_json();
  if (is_model) {
    if (value.type != JsonType::string) return wrong_type("model", "a string");
    request.model = value.text();
  } else if (is_user) {
    if (value.type != JsonType::string) return wrong_type("user", "a string");
    request.user = value.text();
  } else if (is_stream) {
    if (value.type != JsonType::boolean && value.type != JsonType::null) {
      return wrong_type("stream", "a boolean");
    }
    request.stream = value.is_true();
  } else if (is_options) {
    read_stream_options(value.raw, request);
  } else if (is_limit) {
    return read_limit(value, request);
  } else if (is_tools) {
    return read_tools(value, request);
  }
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
  request.asked = world::last_turn_id(request.last_user_message);
  return std::nullopt;
}

}  // namespace fakes
