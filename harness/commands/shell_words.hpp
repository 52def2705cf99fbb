// A command as it is typed, in words: quotes and backslashes mean what they mean to a shell, and
// nothing else does. What only a shell can do is refused, as no shell is started.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harness {

// Throws std::runtime_error that says what is wrong with the text, and what to write instead.
std::vector<std::string> shell_words(std::string_view text);

}  // namespace harness
