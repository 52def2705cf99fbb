// Planning JSON: a model that was asked for an answer sometimes says its own plan instead, as an
// object of words by which agents plan, fenced or not, or as JSON inside of JSON. Users must not
// see it; what is meant for them in it can be taken out. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent {

// Whether the whole text is a plan: an object with two or more of these words (plan, steps, action,
// tool, command, shell_info, thought), or one that holds such an object or its text.
bool is_planning(std::string_view text);

// What a plan says to the user: its `answer` or `shell_info`; nothing when it says nothing.
std::optional<std::string> answer_in_plan(std::string_view text);

// Whether the request itself wants JSON: then an object is an answer. `others` are the members of
// the request that the core does not know, `,"name":value` each.
bool wants_json(std::string_view others);

}  // namespace agent
