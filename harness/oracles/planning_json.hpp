// Finds the plan of a model where its answer should be: a JSON object with two or more of the
// members plan, steps, action, tool, command, shell_info and thought, anywhere in a text, in a code
// block, or as JSON text inside of JSON. Reads the text at most kAttemptsMax + 1 times. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace harness {

inline constexpr int kAttemptsMax = 16;  // objects that are looked into

// The names of the members that give it away, as "plan, tool"; nothing: there is no such object.
std::optional<std::string> planning_members(std::string_view text);

}  // namespace harness
