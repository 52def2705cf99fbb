#include "agent/api/sanitise.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace agent {
namespace {

// How keys begin, the bytes behind that they are made of, and how long they are at least. A key has
// a digit: `sk-learn-documentation` is none.
constexpr const char* kNarrow = "_-";
constexpr const char* kWide = "._~+/=-";
struct KeyForm {
  std::string_view prefix;
  std::size_t bytes_min;
  const char* marks = kNarrow;  // besides letters and digits
};
constexpr std::array<KeyForm, 16> kKeyForms{{{"sk-", 16},
                                             {"sk_live_", 16},
                                             {"sk_test_", 16},
                                             {"gsk_", 20},
                                             {"csk-", 20},
                                             {"AKIA", 20},
                                             {"ASIA", 20},
                                             {"AIza", 30},
                                             {"ghp_", 20},
                                             {"gho_", 20},
                                             {"github_pat_", 20},
                                             {"xoxb-", 16},
                                             {"xoxp-", 16},
                                             {"hf_", 20},
                                             {"eyJ", 36, kWide},
                                             {"Bearer ", 23, kWide}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_of_key(char c, const char* marks) {
  return is_alnum(c) || (c != '\0' && std::string_view(marks).find(c) != std::string_view::npos);
}

// What a byte may be the begin of.
enum class Byte : std::uint8_t { other, word, key, escape, control, high };

constexpr std::array<Byte, 256> bytes() {
  std::array<Byte, 256> kinds{};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const char c = static_cast<char>(i);
    const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '_' || c == '-';
    if (word) kinds[i] = Byte::word;
    const bool is_break = c == '\t' || c == '\n' || c == '\r';
    if ((i < 0x20 && !is_break) || i == 0x7f) kinds[i] = Byte::control;
  }
  for (const KeyForm& form : kKeyForms) {
    kinds[static_cast<unsigned char>(form.prefix[0])] = Byte::key;
  }
  kinds['\\'] = Byte::escape;
  kinds[0xc2] = Byte::high;  // C1 controls, U+0080 to U+009F
  return kinds;
}
constexpr std::array<Byte, 256> kBytes = bytes();

// What stands at a place: so many bytes that stay, or that go, or too few to tell.
struct Finding {
  enum Kind : std::uint8_t { stays, goes, is_key, unknown } kind = stays;
  std::size_t size = 1;
  const char* marks = nullptr;
};

bool is_control(unsigned c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0);
}

Finding escape_at(std::string_view rest) {
  if (rest.size() < 2) return {Finding::unknown, 1};
  if (rest[1] == 'b' || rest[1] == 'f') return {Finding::goes, 2};
  if (rest[1] != 'u') return {Finding::stays, 2};
  if (rest.size() < 6) return {Finding::unknown, 1};
  unsigned unit = 0;
  const auto [end, error] = std::from_chars(rest.data() + 2, rest.data() + 6, unit, 16);
  if (error != std::errc{} || end != rest.data() + 6) return {Finding::stays, 2};
  return {is_control(unit) ? Finding::goes : Finding::stays, 6};
}

Finding high_at(std::string_view rest) {
  if (rest.size() < 2) return {Finding::unknown, 1};
  const auto second = static_cast<unsigned char>(rest[1]);
  return {second >= 0x80 && second < 0xa0 ? Finding::goes : Finding::stays, 2};
}

Finding key_at(std::string_view rest) {
  for (const KeyForm& form : kKeyForms) {
    if (form.prefix.starts_with(rest)) return {Finding::unknown, rest.size()};
    if (!rest.starts_with(form.prefix)) continue;
    std::size_t size = form.prefix.size();
    bool has_digit = false;
    while (size < rest.size() && is_of_key(rest[size], form.marks)) {
      // Behind what is held back, nobody would wait for a digit.
      has_digit = has_digit || (size < Sanitiser::kHeldMax && is_digit(rest[size]));
      ++size;
    }
    if (size >= form.bytes_min && has_digit) return {Finding::is_key, size, form.marks};
    if (size == rest.size() && size < Sanitiser::kHeldMax) return {Finding::unknown, size};
  }
  return {};
}

Finding finding_at(std::string_view rest, Byte kind, bool in_word) {
  switch (kind) {
    case Byte::escape: return escape_at(rest);
    case Byte::high: return high_at(rest);
    case Byte::control: return {Finding::goes, 1};
    case Byte::key: return in_word ? Finding{} : key_at(rest);
    case Byte::word:
    case Byte::other: break;
  }
  return {};
}

}  // namespace

// Takes the text to its end, or to what is held back; `whole`: nothing follows.
void Sanitiser::take(std::string_view text, bool whole, std::string& out) {
  std::size_t i = 0;
  if (in_key_ != nullptr) {
    while (i < text.size() && is_of_key(text[i], in_key_)) ++i;
    if (i < text.size()) in_key_ = nullptr;
  }
  std::size_t run = i;  // where the bytes begin that go out as they are
  while (i < text.size()) {
    const Byte kind = kBytes[static_cast<unsigned char>(text[i])];
    if (kind == Byte::word || kind == Byte::other) {
      in_word_ = kind == Byte::word;
      ++i;
      continue;
    }
    const Finding found = finding_at(text.substr(i), kind, in_word_);
    if (found.kind == Finding::unknown && !whole) break;
    in_word_ = kind == Byte::key;
    if (found.kind == Finding::stays || found.kind == Finding::unknown) {
      i += found.kind == Finding::stays ? found.size : 1;
      continue;
    }
    out.append(text, run, i - run);
    i += found.size;
    run = i;
    if (found.kind != Finding::is_key) continue;
    out += kRedacted;
    if (i == text.size() && !whole) in_key_ = found.marks;
  }
  out.append(text, run, i - run);
  held_.assign(text.substr(i));
}

std::string Sanitiser::piece(std::string_view text) {
  std::string out;
  if (held_.empty()) {
    take(text, false, out);
  } else {
    const std::string all = std::move(held_) + std::string(text);
    take(all, false, out);
  }
  return out;
}

std::string Sanitiser::finish() {
  std::string out;
  const std::string rest = std::move(held_);
  take(rest, true, out);
  return out;
}

std::string sanitised(std::string text) {
  std::size_t i = 0;
  bool in_word = false;
  for (; i < text.size();) {
    const Byte kind = kBytes[static_cast<unsigned char>(text[i])];
    if (kind == Byte::word || kind == Byte::other) {
      in_word = kind == Byte::word;
      ++i;
      continue;
    }
    const Finding found = finding_at(std::string_view(text).substr(i), kind, in_word);
    if (found.kind == Finding::goes || found.kind == Finding::is_key) break;
    in_word = kind == Byte::key;
    i += found.kind == Finding::stays ? found.size : 1;
  }
  if (i >= text.size()) return text;
  Sanitiser sanitiser;
  std::string out = sanitiser.piece(text);
  return out + sanitiser.finish();
}

}  // namespace agent
