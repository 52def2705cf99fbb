#include "agent/providers/planning.hpp"

#include <algorithm>
#include <array>

#include "world/json_reader.hpp"

namespace agent {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;
using world::member_of;

namespace {

constexpr std::array<std::string_view, 7> kWords{"plan",    "steps",      "action", "tool",
                                                 "command", "shell_info", "thought"};
constexpr int kDepthMax = 2;  // plans in texts in objects

bool is_valid(std::string_view text) {
  JsonReader reader(text);
  return reader.take() && reader.finished();
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

// The text without blanks around it and without the fence ```json ... ``` that models like.
std::string_view without_fence(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with("```") || !text.ends_with("```") || text.size() < 7) return text;
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return text;
  return trimmed(text.substr(line, text.size() - line - 3));
}

// The object that the whole text is; empty: it is none.
std::string_view object_in(std::string_view text) {
  const std::string_view object = without_fence(text);
  return object.starts_with('{') && is_valid(object) ? object : std::string_view();
}

// A member's value, as the text of an object: it may stand there as such, or as a string.
std::string inner_text(const JsonValue& value) {
  if (value.type == JsonType::object) return std::string(value.raw);
  const bool may_hold = value.type == JsonType::string && value.raw.find('{') != value.raw.npos;
  return may_hold ? value.text() : std::string();
}

// One that is cut off counts as far as it goes.
bool is_plan(std::string_view text, int depth) {
  text = trimmed(text);
  if (text.starts_with("```")) text = without_fence(text);
  if (text.starts_with("```")) text = text.substr(std::min(text.find('{'), text.size()));
  JsonReader reader(text);
  std::string_view key;
  int words = 0;
  if (!reader.enter_object()) return false;
  while (reader.next_key(key)) {
    const bool plans = std::find(kWords.begin(), kWords.end(), key) != kWords.end();
    words += plans ? 1 : 0;
    const std::string inner = inner_text(reader.take());
    if (depth < kDepthMax && !inner.empty() && is_plan(inner, depth + 1)) return true;
  }
  return words >= 2;
}

std::optional<std::string> answer_in(std::string_view text, int depth) {
  const std::string_view object = object_in(text);
  if (object.empty()) return std::nullopt;
  for (const std::string_view name : {"answer", "shell_info"}) {
    const JsonValue value = member_of(object, name);
    if (value.type != JsonType::string) continue;
    std::string said = value.text();
    if (!trimmed(said).empty() && !is_plan(said, depth)) return said;
  }
  if (depth >= kDepthMax) return std::nullopt;
  JsonReader reader(object);
  std::string_view key;
  if (!reader.enter_object()) return std::nullopt;
  while (reader.next_key(key)) {
    const std::string inner = inner_text(reader.take());
    if (inner.empty()) continue;
    if (auto said = answer_in(inner, depth + 1)) return said;
  }
  return std::nullopt;
}

}  // namespace

bool is_planning(std::string_view text) { return is_plan(text, 0); }

std::optional<std::string> answer_in_plan(std::string_view text) { return answer_in(text, 0); }

bool wants_json(std::string_view others) {
  if (others.empty()) return false;
  const std::string object = "{" + std::string(others.substr(1)) + "}";
  const JsonValue chat = member_of(object, "response_format");
  const JsonValue text = member_of(object, "text");
  const JsonValue responses =
      text.type == JsonType::object ? member_of(text.raw, "format") : JsonValue{};
  for (const JsonValue& format : {chat, responses}) {
    if (format.type != JsonType::object) continue;
    const JsonValue type = member_of(format.raw, "type");
    if (type.type == JsonType::string && type.inside().starts_with("json")) return true;
  }
  return false;
}

}  // namespace agent
