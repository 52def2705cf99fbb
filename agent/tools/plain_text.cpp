#include "agent/tools/plain_text.hpp"

#include <array>

#include "world/json_text.hpp"

namespace agent {
namespace {

constexpr std::string_view kBroken = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kBlot = "[redacted]";

// How keys begin, and how many characters of a key must follow.
struct KeyForm {
  std::string_view prefix;
  std::size_t further;
};
constexpr std::array<KeyForm, 10> kKeyForms = {{{"sk-", 12},
                                                {"pk-", 16},
                                                {"ghp_", 16},
                                                {"gho_", 16},
                                                {"github_pat_", 16},
                                                {"glpat-", 16},
                                                {"xoxb-", 12},
                                                {"xoxp-", 12},
                                                {"AKIA", 16},
                                                {"AIza", 20}}};
constexpr std::string_view kBearer = "Bearer ";
constexpr std::size_t kBearerMin = 16;

bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

std::size_t key_chars(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_key_char(text[n])) ++n;
  return n;
}

// The length of a terminal's escape sequence, which begins with ESC.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return 1;
  std::size_t n = 2;
  if (text[1] == '[') {
    while (n < text.size() && (text[n] < 0x40 || text[n] > 0x7e)) ++n;
    return std::min(text.size(), n + 1);
  }
  if (text[1] != ']') return n;
  while (n < text.size() && text[n] != '\a' && text[n] != '\x1b') ++n;
  const bool by_two = n + 1 < text.size() && text[n] == '\x1b' && text[n + 1] == '\\';
  return std::min(text.size(), n + (by_two ? 2 : 1));
}

// C1 controls, and what turns the direction of writing.
bool is_invisible(std::string_view one) {
  if (one.size() == 2) return one[0] == '\xC2' && static_cast<unsigned char>(one[1]) < 0xA0;
  if (one.size() != 3 || one[0] != '\xE2') return false;
  const auto last = static_cast<unsigned char>(one[2]);
  if (one[1] == '\x80') return last >= 0xAA && last <= 0xAE;
  return one[1] == '\x81' && last >= 0xA6 && last <= 0xA9;
}

// The length of the key at the front of the text; 0: there is none.
std::size_t key_length(std::string_view text) {
  for (const KeyForm& form : kKeyForms) {
    if (!text.starts_with(form.prefix)) continue;
    const std::size_t further = key_chars(text.substr(form.prefix.size()));
    if (further >= form.further) return form.prefix.size() + further;
  }
  return 0;
}

std::string without_keys(std::string text) {
  std::string out;
  std::size_t kept = 0;  // up to here the text is in `out`
  bool in_word = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    std::size_t skip = 0;
    std::size_t length = in_word ? 0 : key_length(rest);
    if (!in_word && rest.starts_with(kBearer)) {
      const std::size_t token = key_chars(rest.substr(kBearer.size()));
      if (token >= kBearerMin) skip = kBearer.size(), length = token;
    }
    if (length == 0) {
      in_word = is_key_char(text[i]);
      ++i;
      continue;
    }
    out.append(text, kept, i + skip - kept);
    out += kBlot;
    i += skip + length;
    kept = i;
    in_word = false;
  }
  if (kept == 0) return text;
  out.append(text, kept, std::string::npos);
  return out;
}

}  // namespace

std::string plain_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const char c = bytes[i];
    if (c == '\x1b') {
      i += escape_length(bytes.substr(i));
    } else if (c == '\r') {
      ++i;
      if (i >= bytes.size() || bytes[i] != '\n') text += '\n';
    } else if ((c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == '\x7f') {
      ++i;
    } else if (const std::size_t n = world::utf8_length(bytes.substr(i)); n == 0) {
      text += kBroken;
      ++i;
    } else {
      if (!is_invisible(bytes.substr(i, n))) text += bytes.substr(i, n);
      i += n;
    }
  }
  return without_keys(std::move(text));
}

std::string plain_line(std::string_view bytes, std::size_t bytes_max) {
  constexpr std::string_view kCut = "...";
  std::string line = plain_text(bytes);
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  if (line.size() <= bytes_max) return line;
  std::size_t end = bytes_max - std::min(bytes_max, kCut.size());
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  line.resize(end);
  line += kCut;
  return line;
}

}  // namespace agent
