// Reads a request's body, of either API, into the one form that the pipeline knows. What is wrong
// becomes a Problem: of the JSON itself its place, of fields each with its pointer, what was
// expected, what was got, and a remedy. Nothing is taken on trust: whatever comes in, the outcome
// is a request or a 4xx. Pure; any thread.
#pragma once

#include "agent/api/member_rule.hpp"
#include "agent/api/problem.hpp"
#include "agent/api/request.hpp"

namespace agent {

// True: `request`, which was a fresh one, holds it. False: `problem` says why not.
bool read_request(Api api, std::string_view body, const RequestLimits& limits, Request& request,
                  Problem& problem);

// The rows of the bodies' members: chat_request.cpp, responses_request.cpp.
std::span<const MemberRule> chat_rules();
std::span<const MemberRule> responses_rules();

// Each reads the root, an object. False: it is said.
bool read_chat(const Field& body);
bool read_responses(const Field& body);

}  // namespace agent
