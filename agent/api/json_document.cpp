#include "agent/api/json_document.hpp"

#include <algorithm>
#include <charconv>

#include "agent/api/field_errors.hpp"

namespace agent {

using world::JsonReader;
using world::JsonType;

namespace {

constexpr std::size_t kNodesFirst = 32;    // room for a short chat
constexpr std::size_t kComparedMax = 16;   // members of one object that are compared one by one
constexpr std::size_t kDigitsPlain = 300;  // digits alone that a double surely holds

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Whether a double holds a number that is well-formed.
bool fits_double(std::string_view raw) {
  if (raw.size() < kDigitsPlain && raw.find_first_of("eE") == std::string_view::npos) return true;
  double value = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  return error == std::errc{} && end == raw.data() + raw.size();
}

}  // namespace

std::size_t JsonDocument::size(Index container) const {
  std::size_t size = 0;
  for (Index i = first(container); i < end(container); i = next(i)) ++size;
  return size;
}

JsonDocument::Index JsonDocument::member(Index object, std::string_view name) const {
  if (nodes_[object].value.type != JsonType::object) return kNone;
  for (Index i = first(object); i < end(object); i = next(i)) {
    if (nodes_[i].key == name) return i;
  }
  return kNone;
}

bool JsonDocument::read(std::string_view text, const JsonConfig& limits, Problem& problem) {
  text_ = text;
  values_max_ = static_cast<std::size_t>(limits.max_values);
  depth_max_ = limits.max_depth;
  nodes_.reserve(kNodesFirst);
  if (is_blank(text)) {
    refuse(ProblemCode::empty_body, 0, "the body is empty", "object", "nothing");
    return tell(problem);
  }
  if (text.starts_with("\xef\xbb\xbf")) {
    refuse(ProblemCode::byte_order_mark, 0, "the body begins with a byte order mark", "'{'",
           "a byte order mark");
    return tell(problem);
  }
  JsonReader reader(text, static_cast<std::size_t>(limits.max_depth));
  if (!read_value(reader, {})) return tell(problem);
  if (!reader.finished()) {
    refuse(ProblemCode::trailing_data, reader.place(), "more text follows the JSON value",
           "the end of the body", quoted_excerpt(text.substr(reader.place())));
    return tell(problem);
  }
  return true;
}

// Recursion is bounded by the reader's depth.
bool JsonDocument::read_value(JsonReader& reader, std::string_view key) {
  const JsonType type = reader.peek();
  const std::size_t begin = reader.place();
  const std::size_t mine = nodes_.size();
  bool good = true;
  if (mine == values_max_) {
    good = refuse(ProblemCode::too_many_values, begin,
                  "the JSON has more than " + std::to_string(values_max_) + " values",
                  "at most " + std::to_string(values_max_) + " values", "more");
  } else {
    nodes_.push_back({{type, {}}, key, 0});
    if (type == JsonType::object) {
      good = read_members(reader) && check_keys(static_cast<Index>(mine));
    } else if (type == JsonType::array) {
      good = read_items(reader);
    } else {
      good = reader.take() ? true : refuse(reader);
    }
  }
  if (!good) return false;
  Node& node = nodes_[mine];
  node.value.raw = text_.substr(begin, reader.place() - begin);
  node.next = static_cast<Index>(nodes_.size());
  return type != JsonType::number || check_number(node.value.raw, begin);
}

bool JsonDocument::read_members(JsonReader& reader) {
  if (!reader.enter_object()) return refuse(reader);
  std::string_view key;
  while (reader.next_key(key)) {
    const bool is_slice = key.data() >= text_.data() && key.data() <= text_.data() + text_.size();
    if (!is_slice) key = keys_.emplace_back(key);
    if (read_value(reader, key)) continue;
    refusal_.pointer = "/" + pointer_part(key) + refusal_.pointer;
    return false;
  }
  return !reader.failed() || refuse(reader);
}

bool JsonDocument::read_items(JsonReader& reader) {
  if (!reader.enter_array()) return refuse(reader);
  for (std::size_t i = 0; reader.next_item(); ++i) {
    if (read_value(reader, {})) continue;
    refusal_.pointer = "/" + std::to_string(i) + refusal_.pointer;
    return false;
  }
  return !reader.failed() || refuse(reader);
}

bool JsonDocument::check_number(std::string_view raw, std::size_t at) {
  if (fits_double(raw)) return true;
  return refuse(ProblemCode::number_out_of_range, at, "the number is too large or too small",
                "a number that a double holds", quoted_excerpt(raw));
}

// A key may stand once: readers differ in which of two they believe (RFC 7493, 2.3).
bool JsonDocument::check_keys(Index object) {
  const auto refuse_key = [this](std::string_view key) {
    const bool is_slice = key.data() >= text_.data() && key.data() <= text_.data() + text_.size();
    const std::size_t at = is_slice ? static_cast<std::size_t>(key.data() - text_.data()) - 1 : 0;
    const bool good = refuse(ProblemCode::duplicate_key, is_slice ? at : text_.size(),
                             "the key " + quoted_excerpt(key) + " stands twice in one object",
                             "each key once", quoted_excerpt(key) + " twice");
    refusal_.pointer = "/" + pointer_part(key);
    return good;
  };
  const Index stop = static_cast<Index>(nodes_.size());
  nodes_[object].next = stop;
  std::size_t count = 0;
  for (Index i = first(object); i < stop; i = next(i)) {
    if (++count > kComparedMax) break;
    for (Index k = first(object); k < i; k = next(k)) {
      if (nodes_[k].key == nodes_[i].key) return refuse_key(nodes_[i].key);
    }
  }
  if (count <= kComparedMax) return true;
  std::vector<std::string_view> keys;
  for (Index i = first(object); i < stop; i = next(i)) keys.push_back(nodes_[i].key);
  // Stable, so that of two equal keys the later one is shown.
  std::stable_sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  return twice == keys.end() || refuse_key(*(twice + 1));
}

bool JsonDocument::refuse(ProblemCode code, std::size_t at, std::string what, std::string expected,
                          std::string got) {
  refusal_ = {code, at, std::move(what), {}, std::move(expected), std::move(got), {}};
  return false;
}

bool JsonDocument::refuse(const JsonReader& reader) {
  refusal_ = {};
  refusal_.at = reader.place();
  explain(reader, refusal_);
  return false;
}

bool JsonDocument::tell(Problem& problem) const {
  problem.code = refusal_.code;
  problem.detail = refusal_.what;
  char& first = problem.detail[0];
  if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
  if (refusal_.at < text_.size() && refusal_.code != ProblemCode::empty_body) {
    problem.detail += " at " + place_in(text_, refusal_.at);
  }
  problem.detail += '.';
  FieldError error;
  error.pointer = "#" + refusal_.pointer;
  error.expected = refusal_.expected;
  error.got = refusal_.got;
  error.suggestion = refusal_.remedy;
  error.detail = problem.detail;
  problem.errors.push_back(std::move(error));
  return false;
}

std::string place_in(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t begin = lines == 0 ? 0 : before.rfind('\n') + 1;
  const std::string_view line = before.substr(begin);
  const auto follows = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
  const auto column = static_cast<std::ptrdiff_t>(line.size()) -
                      std::count_if(line.begin(), line.end(), follows) + 1;
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(column);
}

}  // namespace agent
