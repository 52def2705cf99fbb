#include "world/json_reader.hpp"

#include <bit>
#include <charconv>
#include <cstring>

#include "world/json_text.hpp"

namespace world {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// How many of eight bytes come before the first that ends a run of plain string bytes (a quote, a
// backslash, a control character, a byte of a longer UTF-8 sequence); 8 when none does. (The
// classic test for a zero byte in a word: it may be wrong behind its first hit, never about it.)
std::size_t plain_bytes(std::uint64_t w) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t ones = 0x0101010101010101ULL;
  constexpr std::uint64_t highs = 0x8080808080808080ULL;
  const std::uint64_t quote = w ^ (ones * '"');
  const std::uint64_t slash = w ^ (ones * '\\');
  const std::uint64_t hits =
      ((w - ones * 0x20) & ~w) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | w;
  return static_cast<std::size_t>(std::countr_zero(hits & highs)) / 8;
}

// The value of four hex digits, or nothing.
std::optional<unsigned> hex4(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
  if (error != std::errc{} || end != text.data() + 4) return std::nullopt;
  return value;
}

bool is_high_surrogate(unsigned u) { return u >= 0xd800 && u <= 0xdbff; }
bool is_low_surrogate(unsigned u) { return u >= 0xdc00 && u <= 0xdfff; }

void append_utf8(std::string& out, unsigned u) {
  const auto put = [&out](unsigned byte) { out += static_cast<char>(byte); };
  if (u < 0x80) {
    put(u);
  } else if (u < 0x800) {
    put(0xc0 | u >> 6);
    put(0x80 | (u & 0x3f));
  } else if (u < 0x10000) {
    put(0xe0 | u >> 12);
    put(0x80 | (u >> 6 & 0x3f));
    put(0x80 | (u & 0x3f));
  } else {
    put(0xf0 | u >> 18);
    put(0x80 | (u >> 12 & 0x3f));
    put(0x80 | (u >> 6 & 0x3f));
    put(0x80 | (u & 0x3f));
  }
}

// The text between the quotes of a string that was checked.
std::string resolve(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\\') {
      out += s[i];
      continue;
    }
    switch (const char c = s[++i]) {
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': {
        unsigned u = hex4(s.substr(i + 1)).value_or(0);
        i += 4;
        if (is_high_surrogate(u)) {
          const unsigned low = hex4(s.substr(i + 3)).value_or(0);
          u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
          i += 6;
        }
        append_utf8(out, u);
        break;
      }
      default: out += c;
    }
  }
  return out;
}

}  // namespace

std::optional<std::int64_t> JsonValue::integer() const {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (type != JsonType::number || error != std::errc{} || end != raw.data() + raw.size()) {
    return std::nullopt;
  }
  return value;
}

std::string JsonValue::text() const {
  if (type != JsonType::string) return {};
  if (raw.find('\\') == std::string_view::npos) return std::string(inside());
  return resolve(inside());
}

void JsonReader::skip_space() {
  while (place_ < text_.size()) {
    const char c = text_[place_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    ++place_;
  }
}

JsonType JsonReader::peek() {
  skip_space();
  switch (now()) {
    case '{': return JsonType::object;
    case '[': return JsonType::array;
    case '"': return JsonType::string;
    case 't':
    case 'f': return JsonType::boolean;
    case 'n': return JsonType::null;
    case '-': return JsonType::number;
    default: return is_digit(now()) ? JsonType::number : JsonType::none;
  }
}

bool JsonReader::enter(char open) {
  skip_space();
  if (failed() || now() != open) return fail();
  if (depth_ == depth_max_) return fail(JsonFault::too_deep);
  ++place_;
  ++depth_;
  first_ = true;
  return true;
}

// Between two values: true when another one follows.
bool JsonReader::leave_or_comma(char close) {
  if (failed()) return false;
  skip_space();
  if (now() == close) {
    ++place_;
    --depth_;
    first_ = false;
    return false;
  }
  if (first_) {
    first_ = false;
    return true;
  }
  if (now() != ',') return fail();
  ++place_;
  return true;
}

bool JsonReader::next_key(std::string_view& key) {
  JsonValue name;
  if (!next_name(name)) return false;
  key = name.inside();
  if (key.find('\\') != std::string_view::npos) {
    key_ = name.text();
    key = key_;
  }
  return true;
}

bool JsonReader::next_name(JsonValue& name) {
  if (!leave_or_comma('}')) return false;
  skip_space();
  const std::size_t begin = place_;
  if (now() != '"' || !skip_string()) return fail();
  name = {JsonType::string, text_.substr(begin, place_ - begin)};
  skip_space();
  if (now() != ':') return fail();
  ++place_;
  return true;
}

bool JsonReader::next_item() { return leave_or_comma(']'); }

JsonValue JsonReader::take() {
  const JsonType type = peek();
  const std::size_t begin = place_;
  if (failed() || !skip_value()) return {};
  return {type, text_.substr(begin, place_ - begin)};
}

bool JsonReader::finished() {
  skip_space();
  return !failed() && depth_ == 0 && place_ == text_.size();
}

// Recursion is bounded by depth_max_, which enter() keeps.
bool JsonReader::skip_value() {
  switch (peek()) {
    case JsonType::object: {
      if (!enter_object()) return false;
      JsonValue name;
      while (next_name(name)) {
        if (!skip_value()) return false;
      }
      return !failed();
    }
    case JsonType::array:
      if (!enter_array()) return false;
      while (next_item()) {
        if (!skip_value()) return false;
      }
      return !failed();
    case JsonType::string: return skip_string();
    case JsonType::number: return skip_number();
    case JsonType::boolean: return skip_word(now() == 't' ? "true" : "false");
    case JsonType::null: return skip_word("null");
    case JsonType::none: return fail();
  }
  return fail();
}

bool JsonReader::skip_string() {
  ++place_;
  for (;;) {
    std::uint64_t word = 0;
    while (place_ + sizeof(word) <= text_.size()) {
      std::memcpy(&word, text_.data() + place_, sizeof(word));
      const std::size_t plain = plain_bytes(word);
      place_ += plain;
      if (plain < sizeof(word)) break;
    }
    if (place_ == text_.size()) return fail();
    const auto c = static_cast<unsigned char>(text_[place_]);
    if (c == '"') {
      ++place_;
      return true;
    }
    if (c == '\\') {
      if (!skip_escape()) return false;
      continue;
    }
    if (c < 0x20) return fail(JsonFault::control_character);
    const std::size_t length = c < 0x80 ? 1 : utf8_length(text_.substr(place_, 4));
    if (length == 0) return fail(JsonFault::bad_utf8);
    place_ += length;
  }
}

// place_ stays at the backslash of an escape that is none.
bool JsonReader::skip_escape() {
  const std::string_view rest = text_.substr(place_ + 1);
  if (rest.empty()) return fail(JsonFault::ended);
  if (rest[0] != 'u') {
    if (std::string_view("\"\\/bfnrt").find(rest[0]) == std::string_view::npos) {
      return fail(JsonFault::bad_escape);
    }
    place_ += 2;
    return true;
  }
  const auto unit = hex4(rest.substr(1));
  if (!unit) return fail(rest.size() < 5 ? JsonFault::ended : JsonFault::bad_escape);
  if (is_low_surrogate(*unit)) return fail(JsonFault::lone_surrogate);
  if (!is_high_surrogate(*unit)) {
    place_ += 6;
    return true;
  }
  if (!rest.substr(5).starts_with("\\u")) return fail(JsonFault::lone_surrogate);
  const auto low = hex4(rest.substr(7));
  if (!low || !is_low_surrogate(*low)) return fail(JsonFault::lone_surrogate);
  place_ += 12;
  return true;
}

bool JsonReader::skip_number() {
  const auto digits = [this] {
    const std::size_t begin = place_;
    while (is_digit(now())) ++place_;
    return place_ > begin;
  };
  if (now() == '-') ++place_;
  if (now() == '0') {
    ++place_;
  } else if (!digits()) {
    return fail();
  }
  if (now() == '.') {
    ++place_;
    if (!digits()) return fail();
  }
  if (now() == 'e' || now() == 'E') {
    ++place_;
    if (now() == '+' || now() == '-') ++place_;
    if (!digits()) return fail();
  }
  return true;
}

bool JsonReader::skip_word(std::string_view word) {
  if (!text_.substr(place_).starts_with(word)) return fail();
  place_ += word.size();
  return true;
}

JsonValue member_of(std::string_view object, std::string_view name) {
  JsonReader reader(object);
  JsonValue found;
  std::string_view key;
  if (reader.peek() != JsonType::object || !reader.enter_object()) return found;
  while (reader.next_key(key)) {
    const bool is_it = key == name;
    const JsonValue value = reader.take();
    if (is_it) found = value;
  }
  return found;
}

}  // namespace world
