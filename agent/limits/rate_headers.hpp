// How limits are told: RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-11, a
// draft still: structured fields), the older headers behind a flag, and the body of GET /v1/limits.
// Seconds are rounded up, so that whoever waits as long as it is told has waited long enough. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/limits/daily_quota.hpp"
#include "agent/limits/quota.hpp"
#include "world/http.hpp"

namespace agent {

// Whole seconds, at least 1: the value of Retry-After, and of `t`.
std::int64_t seconds_to_wait(world::Nanos wait);

// "edge";q=10;w=1, "user";q=30;w=60, "inflight";q=5;qu="concurrent-requests", "daily";q=200;w=86400
std::string rate_limit_policy(const Decision& decision);

// "user";r=12;t=24 of the tightest limit; empty: there is none.
std::string rate_limit(const Decision& decision);

// All of them that apply; nothing where nothing is limited. Retry-After is not among them: it
// stands in the Problem.
void add_rate_headers(const Decision& decision, bool legacy, world::HttpHeaders& headers);

// What can still be had by one whom this limit ("edge", "user", "daily", "budget", "queue") turns
// away: JSON objects, for Problem::available.
std::vector<std::string> available_when(const RateConfig& config, std::string_view limit);

// The body of GET /v1/limits, of the user who asks.
std::string limits_json(std::string_view user, Tier tier, const Decision& decision,
                        const RateConfig& config);

}  // namespace agent
