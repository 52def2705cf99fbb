#include "fakes/dialects/openai_parse.hpp"

#include <algorithm>

namespace fakes::openai {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;

Refusal invalid(std::string param, std::string message, std::string code) {
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

Refusal missing(const std::string& param) {
  return invalid(param, "Missing required parameter: '" + param + "'.",
                 "missing_required_parameter");
}

Refusal wrong_type(const std::string& param, std::string_view expected) {
  return invalid(param,
                 "Invalid type for '" + param + "': expected " + std::string(expected) + ".");
}

std::optional<Role> role_of(std::string_view raw) {
  if (raw == "\"user\"") return Role::user;
  if (raw == "\"assistant\"") return Role::assistant;
  if (raw == "\"system\"" || raw == "\"developer\"") return Role::system;
  if (raw == "\"tool\"" || raw == "\"function\"") return Role::tool;
  return std::nullopt;
}

std::optional<Refusal> read_text(const JsonValue& value, const std::string& name,
                                 std::string& to) {
  if (value.type != JsonType::string) return wrong_type(name, "a string");
  to = value.text();
  return std::nullopt;
}

std::optional<Refusal> read_flag(const JsonValue& value, const std::string& name, bool& to) {
  if (value.type != JsonType::boolean && value.type != JsonType::null) {
    return wrong_type(name, "a boolean");
  }
  to = value.is_true();
  return std::nullopt;
}

std::optional<Refusal> read_limit(const JsonValue& value, const std::string& name,
                                  ChatRequest& request) {
  if (value.type == JsonType::null) return std::nullopt;
  const auto tokens = value.integer();
  if (!tokens) return wrong_type(name, "an integer");
  if (*tokens < 1) {
    return invalid(name, "Invalid '" + name + "': integer below minimum value of 1.",
                   "integer_below_min_value");
  }
  request.max_tokens = tokens;
  return std::nullopt;
}

void read_stream_options(const JsonValue& value, ChatRequest& request) {
  request.include_usage = member_of(value.raw, "include_usage").is_true();
  request.obfuscate = member_of(value.raw, "include_obfuscation").is_true();
}

namespace {

// `{"type": "function", "function": {"name": ...}}`, or the name beside the type.
JsonValue name_of_function(std::string_view json) {
  if (member_of(json, "type").raw != R"("function")") return {};
  const JsonValue function = member_of(json, "function");
  const JsonValue name = member_of(function ? function.raw : json, "name");
  return name.type == JsonType::string ? name : JsonValue{};
}

// `{"type": "allowed_tools", "mode": ..., "tools": [...]}`, all but the type within another
// `allowed_tools` or not. Tools that the provider runs itself have no names.
void read_allowed_tools(const JsonValue& value, ChatRequest& request) {
  const JsonValue inner = member_of(value.raw, "allowed_tools");
  const std::string_view json = inner ? inner.raw : value.raw;
  request.must_call = member_of(json, "mode").raw == R"("required")";
  JsonReader reader(member_of(json, "tools").raw);
  if (!reader.enter_array()) return;
  std::vector<std::string> allowed;
  while (reader.next_item()) {
    const JsonValue name = name_of_function(reader.take().raw);
    if (name) allowed.push_back(name.text());
  }
  request.allowed_tools = std::move(allowed);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Refusal not_on_offer(const std::string& tool) {
  return invalid("tool_choice", "Tool choice '" + tool + "' not found in 'tools' parameter.", "");
}

}  // namespace

void read_tool_choice(const JsonValue& value, ChatRequest& request) {
  request.must_call = false;
  request.must_call_tool.clear();
  request.allowed_tools.reset();
  request.tool_choice = value.type == JsonType::null ? std::string_view() : value.raw;
  for (const char* word : {R"("required")", R"("any")", R"("REQUIRED")"}) {
    request.must_call = request.must_call || value.raw == word;
  }
  if (member_of(value.raw, "type").raw == R"("allowed_tools")") {
    return read_allowed_tools(value, request);
  }
  const JsonValue name = name_of_function(value.raw);
  if (!name) return;
  request.must_call = true;
  request.must_call_tool = name.text();
}

std::optional<Refusal> settle_tool_choice(ChatRequest& request) {
  const std::string& named = request.must_call_tool;
  if (!named.empty() && !contains(request.tools, named)) return not_on_offer(named);
  if (!request.allowed_tools) return std::nullopt;
  for (const std::string& tool : *request.allowed_tools) {
    if (!contains(request.tools, tool)) return not_on_offer(tool);
  }
  const std::vector<std::string> tools = std::move(request.tools);
  const std::vector<std::string_view> schemas = std::move(request.schemas);
  request.tools.clear();
  request.schemas.clear();
  for (std::size_t i = 0; i < tools.size(); ++i) {
    if (contains(*request.allowed_tools, tools[i])) note_tool(request, tools[i], schemas[i]);
  }
  return std::nullopt;
}

void read_format(const JsonValue& value, ChatRequest& request) {
  const JsonValue type = member_of(value.raw, "type");
  request.json_schema = {};
  request.must_be_json = type.raw == R"("json_object")" || type.raw == R"("json_schema")";
  if (!request.must_be_json) return;
  JsonValue schema = member_of(value.raw, "json_schema");
  if (!schema) schema = value;
  const JsonValue inner = member_of(schema.raw, "schema");
  if (inner.type == JsonType::object) {
    request.json_schema = inner.raw;
  } else if (schema.raw != value.raw && schema.type == JsonType::object) {
    request.json_schema = schema.raw;
  }
}

std::optional<Refusal> check_parts(const JsonValue& content, const std::string& name) {
  if (content.type != JsonType::array) return std::nullopt;
  JsonReader reader(content.raw);
  if (!reader.enter_array()) return not_json();
  while (reader.next_item()) {
    const JsonValue part = reader.take();
    if (part.type != JsonType::object) return wrong_type(name, "an array of objects");
    if (member_of(part.raw, "type").type != JsonType::string) return missing(name + "[].type");
  }
  return std::nullopt;
}

}  // namespace fakes::openai
