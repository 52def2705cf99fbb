#include "agent/api/request.hpp"

#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace agent {
namespace {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;

bool is_role(std::string_view raw) {
  return raw == "\"user\"" || raw == "\"assistant\"" || raw == "\"system\"" ||
         raw == "\"developer\"" || raw == "\"tool\"";
}

// A message has a role that is known and a content; only an assistant's may be null or missing.
bool is_message(std::string_view raw) {
  JsonReader reader(raw);
  if (!reader.enter_object()) return false;
  JsonValue role;
  JsonValue content;
  std::string_view key;
  while (reader.next_key(key)) {
    JsonValue unused;
    JsonValue& place = key == "role" ? role : key == "content" ? content : unused;
    place = reader.take();
  }
  if (!reader.finished() || !is_role(role.raw)) return false;
  if (content.type == JsonType::string || content.type == JsonType::array) return true;
  return role.raw == "\"assistant\"" && (!content || content.type == JsonType::null);
}

bool read_messages(JsonReader& reader, std::int64_t messages_max, History& messages) {
  messages.clear();
  if (!reader.enter_array()) return false;
  while (reader.next_item()) {
    if (static_cast<std::int64_t>(messages.size()) == messages_max) return false;
    if (reader.peek() != JsonType::object) return false;
    const JsonValue message = reader.take();
    if (!is_message(message.raw)) return false;
    messages.add(message.raw);
  }
  return !reader.failed() && messages.size() > 0;
}

bool read_name(const JsonValue& value, std::string& name) {
  if (value.type == JsonType::null) return true;
  if (value.type != JsonType::string) return false;
  name = value.text();
  return name.size() <= RequestLimits::kNameBytesMax;
}

bool read_metadata(const JsonValue& value, Request& request) {
  if (value.type == JsonType::null) return true;
  if (value.type != JsonType::object) return false;
  JsonReader reader(value.raw);
  reader.enter_object();
  std::string_view key;
  while (reader.next_key(key)) {
    const bool is_conversation = key == "conversation";
    const JsonValue member = reader.take();
    if (is_conversation && !read_name(member, request.conversation)) return false;
  }
  return reader.finished();
}

bool read_stream(const JsonValue& value, Request& request) {
  if (value.type != JsonType::boolean && value.type != JsonType::null) return false;
  request.stream = value.is_true();
  return true;
}

bool is_positive_or_null(const JsonValue& value) {
  return value.type == JsonType::null || value.integer().value_or(0) > 0;
}

// One member other than `messages`.
bool read_member(std::string_view key, const JsonValue& value, Request& request) {
  if (key == "model") return read_name(value, request.model);
  if (key == "user") return read_name(value, request.user);
  if (key == "stream") return read_stream(value, request);
  if (key == "metadata") return read_metadata(value, request);
  if (key == "max_tokens") {
    if (!is_positive_or_null(value)) return false;
    request.max_tokens = value.integer().value_or(0);
  }
  request.others += ',';
  world::append_json_string(request.others, key);
  request.others += ':';
  request.others += value.raw;
  return true;
}

}  // namespace

bool read_request(std::string_view body, const RequestLimits& limits, Request& request) {
  JsonReader reader(body);
  if (!reader.enter_object()) return false;
  std::string_view key;
  while (reader.next_key(key)) {
    if (key == "messages") {
      if (!read_messages(reader, limits.messages_max, request.messages)) return false;
      continue;
    }
    const JsonValue value = reader.take();
    if (!value || !read_member(key, value, request)) return false;
  }
  return reader.finished() && request.messages.size() > 0;
}

std::string render_prompt(const Request& request, std::string_view model, const History& prompt,
                          std::string_view further) {
  std::string body;
  body.reserve(prompt.text().size() + request.others.size() + further.size() + 128);
  body += R"({"model":)";
  world::append_json_string(body, model);
  body += R"(,"messages":[)";
  body += prompt.text();
  body += ']';
  if (!request.user.empty()) {
    body += R"(,"user":)";
    world::append_json_string(body, request.user);
  }
  body += request.stream ? R"(,"stream":true)" : R"(,"stream":false)";
  body += request.others;
  body += further;
  body += '}';
  return body;
}

}  // namespace agent
