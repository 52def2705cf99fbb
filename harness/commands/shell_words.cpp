#include "harness/commands/shell_words.hpp"

#include <stdexcept>

namespace harness {

namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw std::runtime_error("`" + std::string(text) + "`: " + why);
}

}  // namespace

std::vector<std::string> shell_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (quote == '\'') {
      if (c == '\'') quote = '\0';
      else word += c;
    } else if (c == '\\') {
      if (i + 1 == text.size()) refuse(text, "ends with a backslash");
      const bool keeps = quote == '"' && next != '"' && next != '\\' && next != '$' && next != '`';
      if (keeps) word += c;
      word += next;
      in_word = true;
      ++i;
    } else if (c == '$' || c == '`' || (quote == '\0' && std::string_view("|&;<>()*?~#").find(c) !=
                                                             std::string_view::npos)) {
      refuse(text, std::string("`") + c +
                       "` means something to a shell, and none is started; quote it in '...', or "
                       "start one: sh -c '...'");
    } else if (quote == '"') {
      if (c == '"') quote = '\0';
      else word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != '\0') refuse(text, std::string("a quote ") + quote + " is never closed");
  if (in_word) words.push_back(std::move(word));
  return words;
}

}  // namespace harness
