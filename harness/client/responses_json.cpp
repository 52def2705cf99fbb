#include "harness/client/responses_json.hpp"

#include "world/json_reader.hpp"

namespace harness {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;

namespace {

std::string text_of(const JsonValue& value) {
  return value.type == JsonType::string ? value.text() : std::string();
}

std::optional<std::uint64_t> count_of(const JsonValue& value) {
  const auto number = value.integer();
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

// visit(object) of each object in a list.
template <class Visit>
void for_each_object(const JsonValue& list, Visit visit) {
  if (list.type != JsonType::array) return;
  JsonReader reader(list.raw);
  if (!reader.enter_array()) return;
  while (reader.next_item()) {
    const JsonValue item = reader.take();
    if (item.type == JsonType::object) visit(item.raw);
  }
}

// The text of the messages; calls of tools and reasoning have none.
void read_output(const JsonValue& output, ResponseObject& response) {
  for_each_object(output, [&](std::string_view item) {
    if (text_of(member_of(item, "type")) != "message") return;
    for_each_object(member_of(item, "content"), [&](std::string_view part) {
      const JsonValue text = member_of(part, "text");
      if (text.type != JsonType::string) return;
      response.has_text = true;
      response.text += text.text();
    });
  });
}

}  // namespace

ResponseObject read_response(std::string_view json) {
  ResponseObject response;
  JsonReader reader(json);
  std::string_view key;
  bool is_response = false;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return response;
  while (reader.next_key(key)) {
    const std::string name(key);
    const JsonValue value = reader.take();
    if (name == "id") response.id = text_of(value);
    if (name == "object") is_response = text_of(value) == "response";
    if (name == "status") response.status = job_status_named(text_of(value));
    if (name == "output") read_output(value, response);
    if (name == "error" && value && value.type != JsonType::null) response.error = value.raw;
    if (name == "incomplete_details" && value.type == JsonType::object) {
      response.cut_off = text_of(member_of(value.raw, "reason")) == "max_output_tokens";
    }
    if (name == "usage" && value.type == JsonType::object) {
      response.output_tokens = count_of(member_of(value.raw, "output_tokens"));
    }
  }
  response.valid = reader.finished() && is_response;
  return response;
}

ResponseEvent read_response_event(std::string_view json) {
  ResponseEvent event;
  JsonReader reader(json);
  std::string_view key;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return event;
  while (reader.next_key(key)) {
    const bool is_type = key == "type", is_number = key == "sequence_number";
    const bool is_delta = key == "delta", is_response = key == "response";
    const JsonValue value = reader.take();
    if (is_type) event.type = text_of(value);
    if (is_number) event.number = count_of(value);
    if (is_delta && value.type == JsonType::string) event.delta = value.text();
    if (is_response && value.type == JsonType::object) event.response = value.raw;
  }
  event.valid = reader.finished();
  return event;
}

bool says_the_same(const ResponseObject& a, const ResponseObject& b) {
  return a.id == b.id && a.status == b.status && a.text == b.text && a.error == b.error;
}

}  // namespace harness
