#include "agent/jobs/idempotency.hpp"

#include <map>

#include "world/digest.hpp"
#include "world/json_reader.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::JsonReader;
using world::JsonType;
using world::JsonValue;

namespace {

// The reader bounds the depth, and so the recursion.
bool write_canonical(JsonReader& reader, std::string& out);

bool write_object(JsonReader& reader, std::string& out) {
  reader.enter_object();
  std::map<std::string, std::string> members;
  std::string_view key;
  while (reader.next_key(key)) {
    std::string name(key);
    std::string value;
    if (!write_canonical(reader, value)) return false;
    members[std::move(name)] = std::move(value);
  }
  char before = '{';
  for (const auto& [name, value] : members) {
    out += before;
    world::append_json_string(out, name);
    out += ':';
    out += value;
    before = ',';
  }
  out += members.empty() ? "{}" : "}";
  return !reader.failed();
}

bool write_array(JsonReader& reader, std::string& out) {
  reader.enter_array();
  char before = '[';
  while (reader.next_item()) {
    out += before;
    if (!write_canonical(reader, out)) return false;
    before = ',';
  }
  out += before == '[' ? "[]" : "]";
  return !reader.failed();
}

bool write_canonical(JsonReader& reader, std::string& out) {
  const JsonType type = reader.peek();
  if (type == JsonType::object) return write_object(reader, out);
  if (type == JsonType::array) return write_array(reader, out);
  const JsonValue value = reader.take();
  if (!value) return false;
  if (type == JsonType::string) {
    world::append_json_string(out, value.text());
  } else {
    out += value.raw;
  }
  return true;
}

// Each part with its length before it, so that no two lists of parts give the same bytes.
void add_part(std::string& all, std::string_view part) {
  world::append_integer(all, static_cast<std::int64_t>(part.size()));
  all += ':';
  all += part;
}

}  // namespace

std::optional<std::string> read_idempotency_key(std::string_view header) {
  while (!header.empty() && header.front() == ' ') header.remove_prefix(1);
  while (!header.empty() && header.back() == ' ') header.remove_suffix(1);
  const bool is_quoted = header.size() >= 2 && header.front() == '"' && header.back() == '"';
  if (is_quoted) header = header.substr(1, header.size() - 2);
  if (header.empty() || header.size() > kIdempotencyKeyMax) return std::nullopt;
  for (const char c : header) {
    if (c <= ' ' || c > '~') return std::nullopt;
  }
  return std::string(header);
}

std::string canonical_json(std::string_view text) {
  JsonReader reader(text);
  std::string out;
  out.reserve(text.size());
  if (!write_canonical(reader, out) || !reader.finished()) return std::string(text);
  return out;
}

std::string fingerprint_of(std::string_view method, std::string_view path, std::string_view body) {
  std::string all;
  add_part(all, method);
  add_part(all, path);
  add_part(all, canonical_json(body));
  return world::sha256_hex(all);
}

Replay replay_of(const Created& created) {
  if (created.how == Created::How::created) return Replay::none;
  if (created.how == Created::How::conflict) return Replay::conflict;
  return is_terminal(created.row.state) ? Replay::again : Replay::in_flight;
}

}  // namespace agent
