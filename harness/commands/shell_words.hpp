// Splits a command into words as a shell would, with quotes and backslashes, and without a shell:
// nothing is expanded, and nothing is run. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harness {

// Throws runtime_error when a quote is not closed, when nothing is left, or for what only a shell
// can do: pipes, redirections, lists, variables.
std::vector<std::string> split_words(std::string_view command);

}  // namespace harness
