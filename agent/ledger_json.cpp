#include "agent/ledger_json.hpp"

#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace agent {
namespace {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;

void add_text(std::string& line, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  line += ",\"";
  line += name;
  line += "\":";
  world::append_json_string(line, text.substr(0, kLedgerTextBytesMax));
}

void add_number(std::string& line, std::string_view name, std::int64_t number) {
  if (number == 0) return;
  line += ",\"";
  line += name;
  line += "\":";
  world::append_integer(line, number);
}

bool read_number(const JsonValue& value, std::int64_t& out) {
  const auto number = value.integer();
  if (number) out = *number;
  return number.has_value();
}

bool read_text(const JsonValue& value, std::string& out) {
  if (value.type != JsonType::string) return false;
  out = value.text();
  return true;
}

bool read_kind(const JsonValue& value, LedgerKind& out) {
  if (value.type != JsonType::string) return false;
  const auto kind = ledger_kind_named(value.text());
  if (kind) out = *kind;
  return kind.has_value();
}

// Members that are not known are passed over: the core may be newer.
bool read_member(std::string_view key, const JsonValue& value, LedgerLine& line) {
  if (key == "at_ns") return read_number(value, line.at_ns);
  if (key == "kind") return read_kind(value, line.entry.kind);
  if (key == "request") return read_text(value, line.entry.request);
  if (key == "key") return read_text(value, line.entry.key);
  if (key == "from") return read_text(value, line.entry.from);
  if (key == "to") return read_text(value, line.entry.to);
  if (key == "value") return read_number(value, line.entry.value);
  if (key == "limit") return read_number(value, line.entry.limit);
  return true;
}

}  // namespace

std::string to_line(const LedgerEntry& entry, std::int64_t at_ns) {
  std::string line = R"({"at_ns":)";
  world::append_integer(line, at_ns);
  add_text(line, "kind", name_of(entry.kind));
  add_text(line, "request", entry.request);
  add_text(line, "key", entry.key);
  add_text(line, "from", entry.from);
  add_text(line, "to", entry.to);
  add_number(line, "value", entry.value);
  add_number(line, "limit", entry.limit);
  line += '}';
  return line;
}

std::optional<LedgerLine> from_line(std::string_view text) {
  if (text.size() > kLedgerLineBytesMax) return std::nullopt;
  JsonReader reader(text);
  if (!reader.enter_object()) return std::nullopt;
  LedgerLine line;
  bool has_kind = false;
  bool has_at = false;
  std::string_view key;
  while (reader.next_key(key)) {
    has_kind = has_kind || key == "kind";
    has_at = has_at || key == "at_ns";
    const std::string name(key);
    const JsonValue value = reader.take();
    if (!value || !read_member(name, value, line)) return std::nullopt;
  }
  if (!reader.finished() || !has_kind || !has_at) return std::nullopt;
  return line;
}

}  // namespace agent
