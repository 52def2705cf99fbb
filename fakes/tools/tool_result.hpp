// The messages of a tool server in JSON-RPC 2.0, sound and spoiled. Ids and results are JSON text.
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "fakes/faults/bad_tool.hpp"

namespace fakes {

std::string rpc_result(std::string_view id, std::string_view result);
std::string rpc_error(std::string_view id, std::int64_t code, std::string_view message);

// The result of a call, with one text as its content.
std::string tool_result(std::string_view text, bool is_error);

// Whether a fault says that the tool has failed: it then has no effect.
bool says_no(BadToolHow how);

// What a fault makes of the text that a tool would have said.
std::string bad_tool_message(const BadTool& fault, std::string_view id, const std::string& text);

}  // namespace fakes
