// The input of the Responses API as chat messages: a text, or a list of messages, calls of
// functions and their results. Calls that stand together become one message, as chat has it; what
// a response shows besides (reasoning, the core's own items) may come back and is left out. Pure;
// one request.
#pragma once

#include "agent/api/member_rule.hpp"

namespace agent {

// Fills the request's messages. False: something is wrong, and said.
bool read_input(const Field& input);

}  // namespace agent
