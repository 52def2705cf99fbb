#include "harness/scenario/call.hpp"

#include <algorithm>

namespace harness {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-';
  });
}

CallArgument argument_of(std::string_view text) {
  const std::size_t equals = text.find_first_of("=(");
  if (equals != std::string_view::npos && text[equals] == '=') {
    return {std::string(trimmed(text.substr(0, equals))),
            std::string(trimmed(text.substr(equals + 1)))};
  }
  return {"", std::string(trimmed(text))};
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<Call> parse_call(std::string_view text) {
  text = trimmed(text);
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || text.back() != ')') return std::nullopt;
  Call call;
  call.name = std::string(trimmed(text.substr(0, open)));
  if (!is_name(call.name)) return std::nullopt;
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  if (trimmed(inside).empty()) return call;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= inside.size(); ++i) {
    if (i == inside.size() || (inside[i] == ',' && depth == 0)) {
      call.arguments.push_back(argument_of(inside.substr(start, i - start)));
      start = i + 1;
    } else if (inside[i] == '(') {
      ++depth;
    } else if (inside[i] == ')' && --depth < 0) {
      return std::nullopt;
    }
  }
  if (depth != 0) return std::nullopt;
  return call;
}

}  // namespace harness
