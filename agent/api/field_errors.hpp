// What is wrong with the fields of a request, each with its place, what was expected, what was got
// and, where there is one, a remedy. Bounded in number and, each, in length. Nothing is built as
// long as nothing is wrong. One request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/api/problem.hpp"
#include "world/json_reader.hpp"

namespace agent {

// A value's way from the root, each step on the stack of the function that reads it.
struct Path {
  const Path* up = nullptr;
  std::string_view key{};
  std::int64_t item = -1;  // of an array; negative: `key` of an object
};

std::string pointer_of(const Path& path);  // "#/messages/0/role" (RFC 6901, section 6)
std::string name_of(const Path& path);     // "messages[0].role"; the root is "body"

// One step of a pointer, with its escapes.
std::string pointer_part(std::string_view key);

// What somebody wrote, as a JSON string of at most kShownMax characters inside its quotes.
inline constexpr std::size_t kShownMax = 64;
std::string quoted_excerpt(std::string_view text);

// A value as errors show it: `null`, `7`, `"x"`, and of what has parts only "array" or "object".
std::string shown(const world::JsonValue& value);

class FieldErrors {
 public:
  explicit FieldErrors(std::size_t errors_max) : errors_max_(errors_max) {}

  // Each returns false, for the caller to return.
  bool refuse(const Path& at, std::string_view expected, const world::JsonValue& got,
              std::string suggestion = {});
  bool refuse_shown(const Path& at, std::string_view expected, std::string got,
                    std::string suggestion = {});

  bool empty() const { return errors_.empty(); }
  bool full() const { return errors_.size() >= errors_max_; }
  std::vector<FieldError> take() { return std::move(errors_); }

 private:
  std::size_t errors_max_;
  std::vector<FieldError> errors_;
};

}  // namespace agent
