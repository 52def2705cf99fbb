#include "harness/manual/text.hpp"

#include <sstream>

namespace harness {

std::string wrapped(const std::string& words, std::size_t indent, std::size_t column,
                    std::size_t width) {
  std::string text;
  std::istringstream in(words);
  bool first = true;  // on its line
  for (std::string word; in >> word;) {
    if (!first && column + 1 + word.size() > width) {
      text += '\n';
      text.append(indent, ' ');
      column = indent;
      first = true;
    }
    if (!first) text += ' ';
    column += word.size() + (first ? 0 : 1);
    text += word;
    first = false;
  }
  return text;
}

}  // namespace harness
