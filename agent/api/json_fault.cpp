// What is wrong with a text that is no JSON, in words: the part of JsonDocument that only runs for
// those.
#include <array>

#include "agent/api/field_errors.hpp"
#include "agent/api/json_document.hpp"

namespace agent {
namespace {

using world::JsonFault;

// Words that other languages have where JSON has another one, or none.
struct Word {
  std::string_view text;
  bool is_number;  // that JSON does not have
  std::string_view remedy;
};
constexpr std::string_view kLeaveOut = "write null, or leave the field out";
constexpr std::array<Word, 14> kWords{{{"NaN", true, kLeaveOut},
                                       {"nan", true, kLeaveOut},
                                       {"-NaN", true, kLeaveOut},
                                       {"Infinity", true, kLeaveOut},
                                       {"-Infinity", true, kLeaveOut},
                                       {"Inf", true, kLeaveOut},
                                       {"-Inf", true, kLeaveOut},
                                       {"inf", true, kLeaveOut},
                                       {"-inf", true, kLeaveOut},
                                       {"undefined", false, kLeaveOut},
                                       {"None", false, "did you mean 'null'?"},
                                       {"nil", false, "did you mean 'null'?"},
                                       {"True", false, "did you mean 'true'?"},
                                       {"False", false, "did you mean 'false'?"}}};

std::string hex_of(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'0', 'x', digits[byte >> 4], digits[byte & 15]};
}

// The last byte before `at` that is no space.
char last_before(std::string_view text, std::size_t at) {
  const std::size_t found = text.substr(0, at).find_last_not_of(" \t\r\n");
  return found == std::string_view::npos ? '\0' : text[found];
}

}  // namespace

void JsonDocument::explain(const world::JsonReader& reader, Refusal& r) const {
  const char c = r.at < text_.size() ? text_[r.at] : '\0';
  switch (reader.fault()) {
    case JsonFault::too_deep:
      r.code = ProblemCode::too_deep;
      r.what = "the JSON is nested deeper than " + std::to_string(depth_max_) + " levels";
      r.expected = "at most " + std::to_string(depth_max_) + " levels";
      r.got = "more";
      return;
    case JsonFault::bad_utf8:
      r.code = ProblemCode::invalid_utf8;
      r.what = "the text is not valid UTF-8 (byte " + hex_of(c) + ")";
      r.expected = "valid UTF-8";
      r.got = "byte " + hex_of(c);
      return;
    case JsonFault::control_character:
      r.code = ProblemCode::control_character;
      r.what = "a string holds the control character " + hex_of(c);
      r.expected = "an escape such as \\n or \\u0001";
      r.got = "byte " + hex_of(c);
      r.remedy = "escape it";
      return;
    case JsonFault::lone_surrogate:
      r.code = ProblemCode::lone_surrogate;
      r.what = "a string holds half of a surrogate pair";
      r.expected = "both halves of the pair";
      r.got = quoted_excerpt(text_.substr(r.at, 6));
      r.remedy = "write the character itself, in UTF-8";
      return;
    case JsonFault::bad_escape:
      r.what = "a string holds an escape that JSON does not have";
      r.expected = "one of \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t, \\uXXXX";
      r.got = quoted_excerpt(text_.substr(r.at, 2));
      r.remedy = "write \\\\ for a backslash";
      return;
    case JsonFault::ended:
      r.code = ProblemCode::truncated_json;
      r.what = "the JSON ends before it is whole, behind " + place_in(text_, text_.size());
      r.expected = "the rest of the JSON";
      r.got = "the end of the body";
      r.remedy = "look for a quote, bracket or brace that is not closed, and at content-length";
      return;
    case JsonFault::unexpected:
    case JsonFault::none: break;
  }
  explain_unexpected(r.at, r);
}

void JsonDocument::explain_unexpected(std::size_t at, Refusal& r) const {
  // A number's reader has taken the sign.
  const std::size_t from = at > 0 && text_[at - 1] == '-' ? at - 1 : at;
  const std::string_view rest = text_.substr(from);
  for (const Word& word : kWords) {
    if (!rest.starts_with(word.text)) continue;
    r.at = from;
    r.code = word.is_number ? ProblemCode::not_a_json_number : ProblemCode::invalid_json;
    r.what = std::string(word.text) + " is no JSON value";
    r.expected = "a JSON value";
    r.got = word.text;
    r.remedy = word.remedy;
    return;
  }
  const char c = text_[at];
  const bool closes = c == '}' || c == ']';
  const std::string shown = quoted_excerpt(text_.substr(at, 1));
  r.what = "unexpected " + shown;
  r.expected = "valid JSON";
  r.got = shown;
  if (closes && last_before(text_, at) == ',') r.remedy = "take out the comma before it";
  if (c == '\'') r.remedy = "write double quotes";
  if (c == '/' || c == '#') r.remedy = "take out the comment: JSON has none";
  if (c == '"') r.remedy = "put a comma before it, or escape the quote within the text";
}

}  // namespace agent
