// How to mend a field: the name or the choice that was meant, or the value without its quotes.
// Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace agent {

// The candidate that is nearest to the word: at most two edits away, fewer than half its letters,
// so that short names are not taken for one another. Empty: none.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// "did you mean 'model'?", or nothing for nothing.
std::string did_you_mean(std::string_view name);

// For a text where a value of other `types` (member_rule.hpp) is meant, and that reads as one.
std::string without_quotes(std::string_view text, unsigned types);

}  // namespace agent
