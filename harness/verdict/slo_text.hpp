// The words of an objective: a cursor over its characters, numbers with units as exact integers,
// and what is suggested for a word that is none. Offsets are of characters from the beginning of
// the text, which must outlive the cursor. Only slo_parse.cpp and its neighbours use it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace harness::slo_text {

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
inline bool is_in_name(char c) { return is_letter(c) || is_digit(c) || c == '-'; }

// " (did you mean x?)", or the names that exist.
std::string suggestion(std::string_view wrong, std::span<const std::string_view> names);

// An unsigned decimal as an integer of 10^-decimals units; nothing when it is no number, has more
// decimals or is too large.
std::optional<std::int64_t> decimal(std::string_view text, int decimals);

// Nanoseconds; nothing when the number is not exact to the nanosecond or beyond a day. The unit is
// one of kDurationUnits.
inline constexpr std::int64_t kDurationMax = 86'400'000'000'000;
bool is_duration_unit(std::string_view unit);
std::optional<std::int64_t> duration(std::string_view digits, std::string_view unit);

// How many of a unit there are per hour: "s", "min" or "h"; nothing for another word.
std::optional<std::int64_t> per_hour(std::string_view unit);

// Bytes: "B", "kB", "KiB", "MB", "MiB", "GB", "GiB"; nothing for another word.
std::optional<std::int64_t> bytes_of(std::string_view unit);

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }
  bool sees(std::string_view token) const { return text_.substr(at_).starts_with(token); }
  std::string_view text() const { return text_; }

  void skip() {
    while (!at_end() && is_blank(text_[at_])) ++at_;
  }
  bool take(std::string_view token) {
    if (!sees(token)) return false;
    at_ += token.size();
    return true;
  }
  template <class Belongs>
  std::string_view run_of(Belongs&& belongs) {
    const std::size_t begin = at_;
    while (!at_end() && belongs(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  std::string_view word() { return run_of(is_letter); }
  std::string_view number() {
    return run_of([](char c) { return is_digit(c) || c == '.'; });
  }
  std::string_view unit() {
    return run_of([](char c) { return is_letter(c) || c == '%'; });
  }
  void back_to(std::size_t at) { at_ = at; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace harness::slo_text
