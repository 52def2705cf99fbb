// What a call says in its headers beside its body: Idempotency-Key (at most 255 visible characters,
// quoted or not), X-Request-Timeout-Ms, Prefer: respond-async, wait=N (RFC 7240), and
// Agentcore-Events: named. Pure; any thread.
#pragma once

#include <optional>

#include "agent/api/problem.hpp"
#include "agent/api/request.hpp"

namespace agent {

// Puts it into the request. Returns what is wrong with a header, if anything is.
std::optional<Problem> read_headers(const world::HttpHeaders& headers, Request& request);

}  // namespace agent
