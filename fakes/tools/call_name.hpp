// Which command a call of a tool is, in a short text: `add_note#5f1c…` of the tool and a hash of its
// arguments as they were written, and `@id` behind it when the call has an id of its own in
// `_meta` (callId, toolCallId or tool_call_id). A retry has the same name; the id tells two equal
// commands of one turn apart. Pure; any thread.
#pragma once

#include <string>

#include "fakes/chat.hpp"

namespace fakes {

inline constexpr std::size_t kCallPartBytesMax = 64;  // of the tool's name, and of the id

// Empty when the request calls no tool.
std::string name_of_call(const ChatRequest& chat);

}  // namespace fakes
