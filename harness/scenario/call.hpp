// The written form `name(argument, key=value, ...)`, in which scenarios give distributions,
// arrivals and users. Arguments may be such forms themselves. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

struct CallArgument {
  std::string key;  // empty: by position
  std::string value;
};

struct Call {
  std::string name;
  std::vector<CallArgument> arguments;
};

// Nothing if the text has not this form (no name, parentheses that do not match, text after them).
std::optional<Call> parse_call(std::string_view text);

std::string_view trimmed(std::string_view text);

}  // namespace harness
