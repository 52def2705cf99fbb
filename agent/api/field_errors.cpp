#include "agent/api/field_errors.hpp"

#include "agent/api/sanitise.hpp"
#include "world/json_text.hpp"

namespace agent {
namespace {

using world::JsonType;

constexpr std::size_t kKeyMax = 64;  // of a key in a pointer

// The first characters, at most so many bytes, and whole ones.
std::string_view first_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

// RFC 3986: what a fragment may hold as it is.
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

}  // namespace

std::string pointer_part(std::string_view key) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : first_bytes(key, kKeyMax)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else if (is_plain(c)) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string pointer_of(const Path& path) {
  if (path.up == nullptr) return "#";
  const std::string part = path.item >= 0 ? std::to_string(path.item) : pointer_part(path.key);
  return pointer_of(*path.up) + "/" + part;
}

std::string name_of(const Path& path) {
  if (path.up == nullptr) return "body";
  const std::string before = path.up->up == nullptr ? "" : name_of(*path.up);
  if (path.item >= 0) return before + "[" + std::to_string(path.item) + "]";
  const std::string key(first_bytes(path.key, kKeyMax));
  return before.empty() ? key : before + "." + key;
}

std::string quoted_excerpt(std::string_view text) {
  const std::string_view first = first_bytes(text, kShownMax);
  std::string out;
  world::append_json_string(out, first);
  if (first.size() < text.size()) out.insert(out.size() - 1, "...");
  return sanitised(std::move(out));
}

std::string shown(const world::JsonValue& value) {
  switch (value.type) {
    case JsonType::none: return "nothing";
    case JsonType::array: return "array";
    case JsonType::object: return "object";
    case JsonType::string: return quoted_excerpt(value.text());
    case JsonType::null:
    case JsonType::boolean:
    case JsonType::number: break;
  }
  const std::string_view first = first_bytes(value.raw, kShownMax);
  return std::string(first) + (first.size() < value.raw.size() ? "..." : "");
}

bool FieldErrors::refuse(const Path& at, std::string_view expected, const world::JsonValue& got,
                         std::string suggestion) {
  return refuse_shown(at, expected, shown(got), std::move(suggestion));
}

bool FieldErrors::refuse_shown(const Path& at, std::string_view expected, std::string got,
                               std::string suggestion) {
  if (full()) return false;
  FieldError error;
  error.pointer = pointer_of(at);
  error.expected = expected;
  error.got = std::move(got);
  error.suggestion = std::move(suggestion);
  error.detail = (at.up == nullptr ? std::string("the body") : "field '" + name_of(at) + "'") +
                 " must be " + error.expected + ", got " + error.got;
  errors_.push_back(std::move(error));
  return false;
}

}  // namespace agent
