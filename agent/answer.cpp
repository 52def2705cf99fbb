#include "agent/answer.hpp"

#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace agent {
namespace {

using world::Failure;
using world::JsonReader;
using world::JsonType;
using world::JsonValue;

// The member of a JSON object, checked as far as the whole text is; the last of equal keys.
JsonValue member(std::string_view object, std::string_view name) {
  JsonReader reader(object);
  JsonValue found;
  std::string_view key;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return {};
  while (reader.next_key(key)) {
    const bool wanted = key == name;
    const JsonValue value = reader.take();
    if (wanted) found = value;
  }
  return reader.finished() ? found : JsonValue{};
}

// choices[0].<part>.content of an answer or a chunk.
JsonValue content_of(std::string_view body, std::string_view part) {
  const JsonValue choices = member(body, "choices");
  if (choices.type != JsonType::array) return {};
  JsonReader reader(choices.raw);
  reader.enter_array();
  if (!reader.next_item()) return {};
  const JsonValue choice = reader.take();
  const JsonValue message = member(choice.raw, part);
  if (message.type != JsonType::object) return {};
  const JsonValue content = member(message.raw, "content");
  return content ? content : JsonValue{JsonType::null, "null"};
}

}  // namespace

AgentError error_of(const Asked& asked) {
  if (asked.exhausted) return kUnavailable;
  if (asked.status != 0) return kFailed;
  return error_of(asked.failure);
}

AgentError error_of(Failure failure) {
  return failure == Failure::timed_out ? kTimedOut : kFailed;
}

world::HttpResponse error_response(AgentError error) {
  world::HttpResponse response;
  response.status = error.status;
  response.headers.add("content-type", "application/json");
  response.body = R"({"error":{"message":)";
  world::append_json_string(response.body, error.message);
  response.body += R"(,"type":)";
  world::append_json_string(response.body, error.type);
  response.body += "}}";
  return response;
}

void add_origin(world::HttpHeaders& headers, const Provider& provider, int attempts) {
  std::string count;
  world::append_integer(count, attempts);
  headers.add("x-agent-provider", provider.name);
  headers.add("x-agent-attempts", count);
}

bool read_answer(std::string_view body, std::string& content) {
  const JsonValue found = content_of(body, "message");
  if (found.type == JsonType::string) content = found.inside();
  return found.type == JsonType::string || found.type == JsonType::null;
}

void append_delta(std::string_view chunk, std::string& content) {
  const JsonValue found = content_of(chunk, "delta");
  if (found.type == JsonType::string) content += found.inside();
}

}  // namespace agent
