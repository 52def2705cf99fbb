#include "harness/client/chat_json.hpp"

#include <algorithm>
#include <limits>

#include "harness/client/decimal.hpp"
#include "world/json_reader.hpp"

namespace harness {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;

namespace {

// An object's members: visit(key) takes or enters the value behind it.
template <class Visit>
void read_object(JsonReader& reader, Visit visit) {
  std::string_view key;
  if (!reader.enter_object()) return;
  while (reader.next_key(key)) visit(key);
}

void read_carrier(JsonReader& reader, ChatPiece& piece) {
  if (reader.peek() != JsonType::object) {
    reader.take();
    return;
  }
  read_object(reader, [&](std::string_view key) {
    const bool is_content = key == "content";
    const JsonValue value = reader.take();
    if (is_content && value.type == JsonType::string) piece.content = value.text();
  });
}

void read_choice(JsonReader& reader, std::string_view carrier, ChatPiece& piece) {
  piece.has_choice = true;
  read_object(reader, [&](std::string_view key) {
    if (key == carrier) return read_carrier(reader, piece);
    const bool is_reason = key == "finish_reason";
    const JsonValue value = reader.take();
    if (is_reason && value.type == JsonType::string) piece.finish_reason = value.text();
  });
}

void read_choices(JsonReader& reader, std::string_view carrier, ChatPiece& piece) {
  if (reader.peek() != JsonType::array) {
    reader.take();
    return;
  }
  reader.enter_array();
  for (bool first = true; reader.next_item(); first = false) {
    if (first && reader.peek() == JsonType::object) {
      read_choice(reader, carrier, piece);
    } else {
      reader.take();
    }
  }
}

void read_usage(JsonReader& reader, ChatPiece& piece) {
  if (reader.peek() != JsonType::object) {
    reader.take();
    return;
  }
  read_object(reader, [&](std::string_view key) {
    const bool is_count = key == "completion_tokens";
    const JsonValue value = reader.take();
    if (!is_count) return;
    const auto count = value.integer();
    if (count && *count >= 0) piece.completion_tokens = static_cast<std::uint64_t>(*count);
  });
}

ChatPiece read(std::string_view json, std::string_view carrier) {
  ChatPiece piece;
  JsonReader reader(json);
  if (reader.peek() != JsonType::object) return piece;
  read_object(reader, [&](std::string_view key) {
    if (key == "choices") return read_choices(reader, carrier, piece);
    if (key == "usage") return read_usage(reader, piece);
    const bool is_error = key == "error", is_id = key == "id";
    const JsonValue value = reader.take();
    if (is_id && value.type == JsonType::string) piece.id = value.text();
    if (is_error && value.type != JsonType::null) piece.has_error = true;
  });
  piece.valid = reader.finished();
  return piece;
}

}  // namespace

ChatPiece read_chat_answer(std::string_view json) { return read(json, "message"); }
ChatPiece read_chat_chunk(std::string_view json) { return read(json, "delta"); }

bool is_of_target(std::string_view event_type) {
  return event_type.starts_with("agent.") || event_type.starts_with("agentcore:");
}

bool tells_place(std::string_view event_type) {
  return event_type == "agent.queue" || event_type == "agentcore:queue_position";
}

std::optional<QueueNotice> read_queue_notice(std::string_view json) {
  JsonReader reader(json);
  if (reader.peek() != JsonType::object) return std::nullopt;
  QueueNotice notice;
  read_object(reader, [&](std::string_view key) {
    const bool is_position = key == "position";
    const bool is_eta = key == "eta_seconds";
    const bool is_reason = key == "reason";
    const JsonValue value = reader.take();
    if (is_position) {
      const std::int64_t position = value.integer().value_or(0);
      notice.position = static_cast<std::uint32_t>(
          std::clamp<std::int64_t>(position, 0, std::numeric_limits<std::uint32_t>::max()));
    }
    if (is_eta && value.type == JsonType::number) {
      notice.eta = decimal(value.raw, std::chrono::seconds(1)).value_or(world::Nanos(-1));
    }
    if (is_reason) notice.has_reason = value.type == JsonType::string && value.raw.size() > 2;
  });
  if (!reader.finished()) return std::nullopt;
  return notice;
}

std::optional<QueueNotice> queue_notice_in(std::string_view error_body) {
  const JsonValue queue = world::member_of(error_body, "queue");
  if (queue.type != JsonType::object) return std::nullopt;
  return read_queue_notice(queue.raw);
}

}  // namespace harness
