#include <algorithm>

#include "fakes/dialects/anthropic.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;

constexpr std::int64_t kMessagesMax = 100'000;
constexpr std::int64_t kBudgetMin = 1'024;  // tokens of thinking

// What is wrong, at a place like `messages.3.role`.
Refusal invalid(std::string place, std::string_view what) {
  Refusal refusal;
  refusal.message = std::move(place);
  refusal.message += ": ";
  refusal.message += what;
  return refusal;
}

Refusal missing(std::string place) { return invalid(std::move(place), "Field required"); }

Refusal not_json() { return invalid("The request body is not valid JSON", "unexpected character"); }

std::string at(std::string_view list, std::int64_t index, std::string_view member = {}) {
  std::string place(list);
  place += '.';
  place += std::to_string(index);
  if (!member.empty()) place += '.';
  return place.append(member);
}

std::optional<Role> role_of(std::string_view raw) {
  if (raw == "\"user\"") return Role::user;
  if (raw == "\"assistant\"") return Role::assistant;
  if (raw == "\"system\"") return Role::system;
  return std::nullopt;
}

bool is_tool_result(const JsonValue& block) {
  return member_of(block.raw, "type").raw == "\"tool_result\"";
}

bool holds_tool_result(const JsonValue& content) {
  // Most contents do not have the word at all.
  if (content.type != JsonType::array || content.raw.find("tool_result") == std::string_view::npos)
    return false;
  JsonReader reader(content.raw);
  reader.enter_array();
  while (reader.next_item()) {
    if (is_tool_result(reader.take())) return true;
  }
  return false;
}

// A message of tool results. Text beside them belongs to them: it begins no turn of the user.
std::optional<Refusal> read_results(const JsonValue& content, ChatRequest& request) {
  const std::string place = at("messages", request.messages, "content");
  JsonReader reader(content.raw);
  reader.enter_array();
  for (std::int64_t i = 0; reader.next_item(); ++i) {
    const JsonValue block = reader.take();
    if (!is_tool_result(block)) {
      request.prompt_bytes += static_cast<std::int64_t>(block.raw.size());
      append_markers(request.markers, Role::user, block.raw);
      continue;
    }
    if (member_of(block.raw, "tool_use_id").type != JsonType::string) {
      return missing(at(place, i, "tool_result.tool_use_id"));
    }
    const JsonValue result = member_of(block.raw, "content");
    const bool text = result.type == JsonType::string || result.type == JsonType::array;
    note_message(request, Role::tool, text ? result.inside() : std::string_view());
  }
  return std::nullopt;
}

// One message. Its role may stand behind its content, so this is looked into at the end.
std::optional<Refusal> read_message(JsonReader& reader, ChatRequest& request) {
  const std::int64_t index = request.messages;
  if (reader.peek() != JsonType::object) {
    return reader.take() ? invalid(at("messages", index), "Input should be an object") : not_json();
  }
  JsonValue role;
  JsonValue content;
  std::string_view key;
  reader.enter_object();
  while (reader.next_key(key)) {
    const bool is_role = key == "role";
    const bool is_content = key == "content";
    const JsonValue value = reader.take();
    if (is_role) role = value;
    if (is_content) content = value;
  }
  if (reader.failed()) return not_json();
  if (!role) return missing(at("messages", index, "role"));
  const std::optional<Role> known = role_of(role.raw);
  if (!known) {
    return invalid(at("messages", index, "role"), "Input should be 'user' or 'assistant'");
  }
  if (!content) return missing(at("messages", index, "content"));
  if (content.type != JsonType::string && content.type != JsonType::array) {
    return invalid(at("messages", index, "content"), "Input should be a valid list");
  }
  if (*known == Role::user && holds_tool_result(content)) {
    if (auto refusal = read_results(content, request)) return refusal;
  } else {
    note_message(request, *known, content.inside());
  }
  if (++request.messages > kMessagesMax) return invalid("messages", "Too many messages");
  return std::nullopt;
}

std::optional<Refusal> read_messages(JsonReader& reader, ChatRequest& request) {
  if (reader.peek() != JsonType::array) {
    return reader.take() ? invalid("messages", "Input should be a valid list") : not_json();
  }
  reader.enter_array();
  while (reader.next_item()) {
    if (auto refusal = read_message(reader, request)) return refusal;
  }
  if (reader.failed()) return not_json();
  if (request.messages == 0) return invalid("messages", "at least one message is required");
  return std::nullopt;
}

std::optional<Refusal> read_limit(const JsonValue& value, ChatRequest& request) {
  const auto tokens = value.integer();
  if (!tokens) return invalid("max_tokens", "Input should be a valid integer");
  if (*tokens < 1) return invalid("max_tokens", "Input should be greater than or equal to 1");
  request.max_tokens = tokens;
  return std::nullopt;
}

std::optional<Refusal> read_tools(const JsonValue& value, ChatRequest& request) {
  request.tools.clear();
  request.schemas.clear();
  if (value.type == JsonType::null) return std::nullopt;
  if (value.type != JsonType::array) return invalid("tools", "Input should be a valid list");
  JsonReader reader(value.raw);
  reader.enter_array();
  while (reader.next_item()) {
    const auto index = static_cast<std::int64_t>(request.tools.size());
    const JsonValue tool = reader.take();
    const JsonValue name = member_of(tool.raw, "name");
    if (name.type != JsonType::string) return missing(at("tools", index, "name"));
    if (request.tools.size() == ChatRequest::kToolsMax) return invalid("tools", "Too many tools");
    note_tool(request, name.text(), member_of(tool.raw, "input_schema").raw);
  }
  return std::nullopt;
}

// `{"type": "any"}`, or `{"type": "tool", "name": ...}`.
void read_tool_choice(const JsonValue& value, ChatRequest& request) {
  const JsonValue type = member_of(value.raw, "type");
  const JsonValue name = member_of(value.raw, "name");
  const bool named = type.raw == R"("tool")" && name.type == JsonType::string;
  request.must_call = named || type.raw == R"("any")";
  request.must_call_tool = named ? name.text() : std::string();
}

// `{"type": "json_schema", "schema": ...}`
void read_format(const JsonValue& value, ChatRequest& request) {
  request.must_be_json = member_of(value.raw, "type").raw == R"("json_schema")";
  if (request.must_be_json) request.json_schema = member_of(value.raw, "schema").raw;
}

Refusal refusal_saying(std::string_view message) {
  Refusal refusal;
  refusal.message = message;
  return refusal;
}

// What is chosen must be on offer, wherever in the body that stands.
std::optional<Refusal> check_tool_choice(const ChatRequest& request) {
  const std::string& named = request.must_call_tool;
  if (named.empty()) return std::nullopt;
  const auto found = std::find(request.tools.begin(), request.tools.end(), named);
  if (found != request.tools.end()) return std::nullopt;
  return refusal_saying("Tool '" + named + "' not found in provided tools");
}

std::optional<Refusal> check_budget(const JsonValue& budget, const ChatRequest& request) {
  const std::string place = "thinking.enabled.budget_tokens";
  if (!budget) return missing(place);
  const auto tokens = budget.integer();
  if (!tokens) return invalid(place, "Input should be a valid integer");
  if (*tokens < kBudgetMin) {
    return invalid(place, "Input should be greater than or equal to " +
                              std::to_string(kBudgetMin));
  }
  if (request.max_tokens && *tokens >= *request.max_tokens) {
    return refusal_saying(
        "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our "
        "documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
        "#max-tokens-and-context-window-size-differences");
  }
  return std::nullopt;
}

// `{"type": "enabled", "budget_tokens": ...}`, `adaptive` or `disabled`. When all has been read:
// the budget is a part of `max_tokens`.
std::optional<Refusal> read_thinking(const JsonValue& value, ChatRequest& request) {
  if (!value || value.type == JsonType::null) return std::nullopt;
  if (value.type != JsonType::object) return invalid("thinking", "Input should be an object");
  const JsonValue type = member_of(value.raw, "type");
  if (type.type != JsonType::string) {
    return invalid("thinking", "Unable to extract tag using discriminator 'type'");
  }
  const std::string kind = type.text();
  if (kind == "disabled") return std::nullopt;
  if (kind != "enabled" && kind != "adaptive") {
    return invalid("thinking", "Input tag '" + kind +
                                   "' found using 'type' does not match any of the expected "
                                   "tags: 'adaptive', 'disabled', 'enabled'");
  }
  if (kind == "enabled") {
    if (auto refusal = check_budget(member_of(value.raw, "budget_tokens"), request)) return refusal;
  }
  if (request.must_call) {
    return refusal_saying("Thinking may not be enabled when tool_choice forces tool use.");
  }
  request.thoughts = Thoughts::beside;
  return std::nullopt;
}

struct Reading {
  ChatRequest& request;
  JsonValue system;
  JsonValue thinking;
  bool has_messages = false;
};

// One member of the request, its key already read. What nobody knows is passed over.
std::optional<Refusal> read_member(JsonReader& reader, std::string_view key, Reading& reading) {
  ChatRequest& request = reading.request;
  if (key == "messages") {
    if (reading.has_messages) forget_messages(request);  // of two such members the last counts
    reading.has_messages = true;
    return read_messages(reader, request);
  }
  const bool is_model = key == "model";
  const bool is_system = key == "system";
  const bool is_stream = key == "stream";
  const bool is_limit = key == "max_tokens";
  const bool is_tools = key == "tools";
  const bool is_metadata = key == "metadata";
  const bool is_choice = key == "tool_choice";
  const bool is_output = key == "output_config";
  const bool is_format = key == "output_format";
  const bool is_thinking = key == "thinking";
  const JsonValue value = reader.take();
  if (!value) return not_json();
  if (is_model) {
    if (value.type != JsonType::string) return invalid("model", "Input should be a valid string");
    request.model = value.text();
  } else if (is_system) {
    if (value.type != JsonType::string && value.type != JsonType::array) {
      return invalid("system", "Input should be a valid list");
    }
    reading.system = value;
  } else if (is_stream) {
    if (value.type != JsonType::boolean) {
      return invalid("stream", "Input should be a valid boolean");
    }
    request.stream = value.is_true();
  } else if (is_limit) {
    return read_limit(value, request);
  } else if (is_tools) {
    return read_tools(value, request);
  } else if (is_choice) {
    read_tool_choice(value, request);
  } else if (is_thinking) {
    reading.thinking = value;
  } else if (is_output || is_format) {
    const JsonValue format = is_output ? member_of(value.raw, "format") : value;
    if (format) read_format(format, request);
  } else if (is_metadata) {
    const JsonValue user = member_of(value.raw, "user_id");
    if (user.type == JsonType::string) request.user = user.text();
  }
  return std::nullopt;
}

// The system prompt comes before all messages, wherever it stands in the body.
void note_system(const JsonValue& system, ChatRequest& request) {
  if (!system) return;
  std::vector<Marker> markers = std::move(request.markers);
  request.markers.clear();
  note_message(request, Role::system, system.inside());
  request.markers.insert(request.markers.end(), markers.begin(), markers.end());
}

std::optional<Refusal> read_request(std::string_view body, ChatRequest& request, bool to_answer) {
  JsonReader reader(body);
  if (reader.peek() != JsonType::object || !reader.enter_object()) return not_json();
  Reading reading{request, {}, {}, false};
  std::string_view key;
  while (reader.next_key(key)) {
    if (auto refusal = read_member(reader, key, reading)) return refusal;
  }
  if (!reader.finished()) return not_json();
  if (request.model.empty()) return missing("model");
  if (to_answer && !request.max_tokens) return missing("max_tokens");
  if (!reading.has_messages) return missing("messages");
  if (auto refusal = check_tool_choice(request)) return refusal;
  if (auto refusal = read_thinking(reading.thinking, request)) return refusal;
  note_system(reading.system, request);
  request.asked = world::last_turn_id(request.last_user_message);
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> Anthropic::parse(std::string_view body, ChatRequest& request) const {
  return read_request(body, request, true);
}

std::optional<Refusal> Anthropic::write_token_count(std::string& out,
                                                    std::string_view body) const {
  ChatRequest request;
  if (auto refusal = read_request(body, request, false)) return refusal;
  out += R"({"input_tokens":)";
  world::append_integer(out, tokens_in(request.prompt_bytes));
  out += '}';
  return std::nullopt;
}

}  // namespace fakes
