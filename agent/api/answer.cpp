#include "agent/api/answer.hpp"

#include <utility>

#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace agent {
namespace {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;

// Each of these walks one level down in a single pass over the text; of equal keys the last counts.
// A value of type none says that what was looked for is not there, or not of the right type.
JsonValue content_in_message(JsonReader& reader) {
  if (reader.peek() != JsonType::object) return reader.take(), JsonValue{};
  JsonValue content{JsonType::null, "null"};
  std::string_view key;
  reader.enter_object();
  while (reader.next_key(key)) {
    const bool wanted = key == "content";
    const JsonValue value = reader.take();
    if (wanted) content = value;
  }
  return content;
}

JsonValue content_in_choice(JsonReader& reader, std::string_view part) {
  if (reader.peek() != JsonType::object) return reader.take(), JsonValue{};
  JsonValue content;
  std::string_view key;
  reader.enter_object();
  while (reader.next_key(key)) {
    if (key == part) {
      content = content_in_message(reader);
    } else {
      reader.take();
    }
  }
  return content;
}

JsonValue content_in_choices(JsonReader& reader, std::string_view part) {
  if (reader.peek() != JsonType::array) return reader.take(), JsonValue{};
  JsonValue content;
  bool first = true;
  reader.enter_array();
  while (reader.next_item()) {
    if (std::exchange(first, false)) {
      content = content_in_choice(reader, part);
    } else {
      reader.take();
    }
  }
  return content;
}

// choices[0].<part>.content of an answer or a chunk.
JsonValue content_of(std::string_view body, std::string_view part) {
  JsonReader reader(body);
  JsonValue content;
  std::string_view key;
  if (!reader.enter_object()) return {};
  while (reader.next_key(key)) {
    if (key == "choices") {
      content = content_in_choices(reader, part);
    } else {
      reader.take();
    }
  }
  return reader.finished() ? content : JsonValue{};
}

}  // namespace

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
  headers.add("agentcore-provider", provider.name);
  headers.add("agentcore-attempts", count);
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
