// queue_page: the body of GET /v1/queue: where the asking user's own requests stand, and how long
// the line is as a whole; never who else waits. Pure; the thread of the queue.
#pragma once

#include <string>

#include "agent/queue/fair_queue.hpp"

namespace agent {

// {"object":"queue","running":N,"limit":N,"waiting":N,"data":[{"id":...,"service_tier":"default",
//  "position":3,"eta_seconds":45,"waited_seconds":2,"message":"You're #3 in queue, ~45 seconds
//  wait"}]}, the next one first.
std::string queue_page(const FairQueue& queue, const std::string& user);

// "You're #3 in queue, ~45 seconds wait". Seconds are rounded up, and at least 1.
std::string place_sentence(const FairQueue::Place& place);
std::int64_t eta_seconds(const FairQueue::Place& place);

// The members of an event that tells of a place, without braces: "position":3,"eta_seconds":45,
// "message":"..." and, where it rose, "reason":"...".
std::string place_members(const FairQueue::Place& place);

std::string_view name_of(ServiceTier tier);  // as in service_tier: priority, default, flex

}  // namespace agent
