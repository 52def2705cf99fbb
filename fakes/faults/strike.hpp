// What each fault does on the wire: one function per kind, each in the .cpp of its kind, and one
// dispatch over all. A strike completes when the fault has had its effect; the connection is then
// over unless the answer went out whole. Cancelling the connection's task ends it.
#pragma once

#include "fakes/exchange.hpp"

namespace fakes {

world::Task<void> strike(Refuse fault, Exchange& x);
world::Task<void> strike(BlackHole fault, Exchange& x);
world::Task<void> strike(Status fault, Exchange& x);
world::Task<void> strike(Hang fault, Exchange& x);
world::Task<void> strike(Reset fault, Exchange& x);
world::Task<void> strike(Stall fault, Exchange& x);
world::Task<void> strike(Cut fault, Exchange& x);
world::Task<void> strike(RateLimit fault, Exchange& x);
world::Task<void> strike(Dns fault, Exchange& x);
world::Task<void> strike(Tls fault, Exchange& x);

// The action must outlive the call: it stands in the fault schedule.
world::Task<void> strike_any(const FaultAction& action, Exchange& x);

}  // namespace fakes
