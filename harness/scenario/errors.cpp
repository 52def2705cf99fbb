#include "harness/scenario/errors.hpp"

#include <algorithm>
#include <utility>

namespace harness {
namespace {

constexpr std::size_t kWordMax = 64;  // longer words are not compared

}  // namespace

std::string to_text(const Place& place) {
  if (place.line == 0) return place.file;
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

ScenarioErrors::ScenarioErrors(std::vector<ScenarioError> errors) : errors_(std::move(errors)) {
  std::stable_sort(errors_.begin(), errors_.end(), [](const auto& a, const auto& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
  for (const ScenarioError& error : errors_) {
    if (!text_.empty()) text_ += '\n';
    text_ += to_text(error.place) + ": " + error.sentence;
  }
}

std::string excerpt(std::string_view text, std::size_t bytes_max) {
  std::size_t size = text.size();
  if (size > bytes_max) {
    size = bytes_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;  // UTF-8
  }
  std::string shown(text.substr(0, size));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return size < text.size() ? shown + "..." : shown;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > kWordMax) return "";
  const std::string* nearest = nullptr;
  std::size_t distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kWordMax) continue;
    // A word may also be a fragment: `timeout` for `request_timeout`. Two letters are none: `at` is
    // not what `ratelimit` meant.
    const bool fragment =
        (word.size() >= 3 && candidate.find(word) != std::string::npos) ||
        (candidate.size() >= 3 && word.find(candidate) != std::string_view::npos);
    const std::size_t d = fragment ? 1 : edit_distance(word, candidate);
    if (d < distance && d < word.size()) {
      distance = d;
      nearest = &candidate;
    }
  }
  return nearest ? " (did you mean `" + *nearest + "`?)" : "";
}

}  // namespace harness
