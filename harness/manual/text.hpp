// Lines of words, no longer than they should be. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string>

namespace harness {

constexpr std::size_t kTerminalColumns = 80;

// The words of a text, in lines that begin behind an indent and end by the width. What the first
// line holds already is said by `column`; a word longer than a line has a line of its own.
std::string wrapped(const std::string& words, std::size_t indent, std::size_t column,
                    std::size_t width = kTerminalColumns);

}  // namespace harness
