#include "harness/oracles/planning_json.hpp"

#include <array>

#include "world/json_reader.hpp"

namespace harness {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;

namespace {

constexpr std::array<std::string_view, 7> kMembers = {"plan",    "steps",      "action", "tool",
                                                      "command", "shell_info", "thought"};
constexpr int kMembersMin = 2;

std::optional<std::string> search(std::string_view text, int& attempts, bool inside);

// The object that begins the text. One that is cut off counts as far as it goes.
std::optional<std::string> look_into(std::string_view text, int& attempts, bool inside) {
  JsonReader reader(text);
  std::string_view key;
  std::string names;
  int count = 0;
  if (!reader.enter_object()) return std::nullopt;
  while (reader.next_key(key)) {
    for (const std::string_view member : kMembers) {
      if (key != member) continue;
      if (count++ > 0) names += ", ";
      names += member;
    }
    const JsonValue value = reader.take();
    // JSON inside of JSON, one level deep.
    const bool may_hold = value.type == JsonType::string && !inside &&
                          value.raw.find("{\\\"") != std::string_view::npos;
    if (!may_hold) continue;
    if (auto found = search(value.text(), attempts, true)) return found;
  }
  if (count < kMembersMin) return std::nullopt;
  return names;
}

std::optional<std::string> search(std::string_view text, int& attempts, bool inside) {
  for (std::size_t i = text.find('{'); i != std::string_view::npos && attempts < kAttemptsMax;
       i = text.find('{', i + 1)) {
    const std::size_t next = text.find_first_not_of(" \t\r\n", i + 1);
    if (next == std::string_view::npos || text[next] != '"') continue;
    ++attempts;
    if (auto found = look_into(text.substr(i), attempts, inside)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> planning_members(std::string_view text) {
  int attempts = 0;
  return search(text, attempts, false);
}

}  // namespace harness
