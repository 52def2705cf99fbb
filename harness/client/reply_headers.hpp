// What the head of an answer says beside its status: who answered and after how many attempts, how
// long the request waited in the target's queue, when to ask again. One pass over the fields. Pure;
// any thread.
#pragma once

#include "harness/client/reply.hpp"
#include "reports/operation.hpp"
#include "world/http.hpp"

namespace harness {

// agentcore-provider, agentcore-attempts, Server-Timing (the entry `queue`, `dur` in ms),
// Retry-After (seconds; a date counts as unknown), retry-after-ms (which is more precise and wins),
// agentcore-degraded, content-type. What is malformed counts as not said.
void read_reply_headers(const world::HttpHeaders& headers, reports::Operation& op, Reply& reply);

}  // namespace harness
