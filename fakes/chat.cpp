#include "fakes/chat.hpp"

#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace fakes {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;

void note_message(ChatRequest& request, Role role, std::string_view content) {
  request.prompt_bytes += static_cast<std::int64_t>(content.size());
  append_markers(request.markers, role, content);
  if (role == Role::user) {
    ++request.turns;
    request.tool_results = 0;
    request.last_user_message = content;
  } else if (role == Role::tool) {
    ++request.tool_results;
    request.last_tool_result = content;
  }
}

void note_tool(ChatRequest& request, std::string name, std::string_view schema) {
  request.tools.push_back(std::move(name));
  request.schemas.push_back(schema);
}

std::string plain_text(std::string_view content) {
  // The inside of a string holds no bare quote; that of an array does, if it holds any text.
  const std::size_t quote = content.find('"');
  const bool parts = quote != std::string_view::npos && (quote == 0 || content[quote - 1] != '\\');
  if (!parts) {
    const std::string quoted = '"' + std::string(content) + '"';
    return JsonValue{JsonType::string, quoted}.text();
  }
  const std::string array = '[' + std::string(content) + ']';
  JsonReader reader(array);
  std::string all;
  if (!reader.enter_array()) return all;
  while (reader.next_item()) {
    const JsonValue item = reader.take();
    if (item.type == JsonType::string) all += item.text();
    const JsonValue text = world::member_of(item.raw, "text");
    const JsonValue inner = world::member_of(item.raw, "content");
    if (text.type == JsonType::string) all += text.text();
    const bool nested = inner.type == JsonType::string || inner.type == JsonType::array;
    if (nested) all += plain_text(inner.inside());
  }
  return all;
}

void forget_messages(ChatRequest& request) {
  request.messages = 0;
  request.prompt_bytes = 0;
  request.turns = 0;
  request.tool_results = 0;
  request.last_user_message = {};
  request.last_tool_result = {};
  request.markers.clear();
}

Echo echo_of(const ChatRequest& request) {
  Echo echo;
  echo.background = request.background;
  echo.store = request.store;
  echo.previous_id = request.previous_response_id;
  echo.instructions = request.instructions;
  world::append_compact_json(echo.metadata, request.metadata);
  echo.user = request.user;
  echo.max_tokens = request.max_tokens;
  for (const auto& [name, json] : request.repeated) {
    world::append_compact_json(echo.repeated[name], json);
  }
  return echo;
}

std::size_t Echo::bytes() const {
  std::size_t sum = instructions.size() + metadata.size() + user.size() + previous_id.size();
  for (const auto& [name, json] : repeated) sum += name.size() + json.size();
  return sum;
}

std::string_view fragment(const ToolCall& call, std::int64_t n) {
  const std::string_view all = call.arguments;
  const auto size = static_cast<std::int64_t>(all.size());
  const auto border = [&](std::int64_t i) {
    auto at = static_cast<std::size_t>(size * i / call.fragments);
    while (at < all.size() && (static_cast<unsigned char>(all[at]) & 0xC0) == 0x80) ++at;
    return at;
  };
  const std::size_t from = border(n - 1);
  return all.substr(from, border(n) - from);
}

}  // namespace fakes
