#include "world/json_text.hpp"

#include <charconv>

namespace world {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

bool in(char c, unsigned low, unsigned high) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= low && byte <= high;
}

}  // namespace

std::size_t utf8_length(std::string_view t) {
  if (t.empty()) return 0;
  const auto lead = static_cast<unsigned char>(t[0]);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return t.size() > 1 && in(t[1], 0x80, 0xbf) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : 0xbf;
    return t.size() > 2 && in(t[1], low, high) && in(t[2], 0x80, 0xbf) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;
    const bool whole =
        t.size() > 3 && in(t[1], low, high) && in(t[2], 0x80, 0xbf) && in(t[3], 0x80, 0xbf);
    return whole ? 4 : 0;
  }
  return 0;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t run = 0;  // where the bytes begin that go out as they are
  std::size_t i = 0;
  while (i < text.size()) {
    if (is_plain(text[i])) {
      ++i;
      continue;
    }
    const bool ascii = static_cast<unsigned char>(text[i]) < 0x80;
    const std::size_t length = ascii ? 0 : utf8_length(text.substr(i, 4));
    if (length > 0) {
      i += length;
      continue;
    }
    out.append(text, run, i - run);
    if (ascii) {
      append_escape(out, text[i]);
    } else {
      out += kReplacement;
    }
    run = ++i;
  }
  out.append(text, run, i - run);
  out += '"';
}

void append_compact_json(std::string& out, std::string_view json) {
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
    out += c;
    if (in_string && c == '\\' && i + 1 < json.size()) {
      out += json[++i];
    } else if (c == '"') {
      in_string = !in_string;
    }
  }
}

void append_integer(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out.append(digits, end);
}

void append_hex(std::string& out, std::uint64_t value) {
  char digits[16];
  for (int i = 0; i < 16; ++i) digits[i] = kHex[(value >> (60 - 4 * i)) & 15];
  out.append(digits, sizeof digits);
}

}  // namespace world
