// Foreign bytes as text that is safe to show: valid UTF-8, without control characters, terminal
// escapes and marks that turn the direction of writing, and with what looks like a key blotted out.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace agent {

// Line ends and tabs stay; a lone carriage return is a line end.
std::string plain_text(std::string_view bytes);

// One line of at most `bytes_max` bytes; what is longer ends in "...".
std::string plain_line(std::string_view bytes, std::size_t bytes_max);

}  // namespace agent
