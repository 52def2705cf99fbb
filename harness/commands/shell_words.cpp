#include "harness/commands/shell_words.hpp"

#include <stdexcept>

namespace harness {

namespace {

// Takes what stands in quotes; `at` is behind the opening one, and then behind the closing one.
std::string quoted_part(std::string_view command, std::size_t& at, char quote) {
  std::string part;
  for (; at < command.size(); ++at) {
    if (command[at] == quote) {
      ++at;
      return part;
    }
    const bool escapes = quote == '"' && command[at] == '\\' && at + 1 < command.size() &&
                         (command[at + 1] == '"' || command[at + 1] == '\\');
    if (escapes) ++at;
    part += command[at];
  }
  throw std::runtime_error("a quote (" + std::string(1, quote) + ") is not closed");
}

void refuse_shell(char c) {
  if (std::string_view("|&;<>()$`*?").find(c) == std::string_view::npos) return;
  throw std::runtime_error("`" + std::string(1, c) +
                           "` needs a shell, and there is none; quote it, or give `sh -c '...'`");
}

}  // namespace

std::vector<std::string> split_words(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  for (std::size_t at = 0; at < command.size();) {
    const char c = command[at];
    if (c == ' ' || c == '\t' || c == '\n') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
      ++at;
      continue;
    }
    in_word = true;
    ++at;
    if (c == '\'' || c == '"') {
      word += quoted_part(command, at, c);
    } else if (c == '\\' && at < command.size()) {
      word += command[at++];
    } else {
      refuse_shell(c);
      word += c;
    }
  }
  if (in_word) words.push_back(std::move(word));
  if (words.empty() || words.front().empty()) throw std::runtime_error("names no program");
  return words;
}

}  // namespace harness
