// What is wrong with a scenario, a trace or an override: every fault found, each with its place, as
// `file:line:column: sentence (did you mean ...?)`. Thrown once, with all of them; any thread.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "world/edit_distance.hpp"

namespace harness {

struct Place {
  std::string file;
  int line = 0;    // 1-based; 0: the file as a whole
  int column = 0;  // 1-based
  friend bool operator==(const Place&, const Place&) = default;
};

std::string to_text(const Place& place);  // "file:line:column", or "file" without a line

struct ScenarioError {
  Place place;
  std::string sentence;
};

class ScenarioErrors : public std::exception {
 public:
  explicit ScenarioErrors(std::vector<ScenarioError> errors);

  const std::vector<ScenarioError>& errors() const { return errors_; }
  const char* what() const noexcept override { return text_.c_str(); }  // one line per error

 private:
  std::vector<ScenarioError> errors_;
  std::string text_;
};

// What somebody wrote, for a message: on one line, without control characters, and cut with "..."
// behind kExcerptMax bytes.
constexpr std::size_t kExcerptMax = 80;
std::string excerpt(std::string_view text, std::size_t bytes_max = kExcerptMax);

using world::edit_distance;

// " (did you mean `x`?)" for the candidate nearest to a misspelt word, or "" if none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace harness
