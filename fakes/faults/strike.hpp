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
world::Task<void> strike(Reuse fault, Exchange& x);
world::Task<void> strike(Disconnect fault, Exchange& x);
world::Task<void> strike(Network fault, Exchange& x);
world::Task<void> strike(SlowClose fault, Exchange& x);
world::Task<void> strike(SlowHeaders fault, Exchange& x);
world::Task<void> strike(ContentLength fault, Exchange& x);
world::Task<void> strike(Chunks fault, Exchange& x);
world::Task<void> strike(Headers fault, Exchange& x);
world::Task<void> strike(Gzip fault, Exchange& x);
world::Task<void> strike(Redirect fault, Exchange& x);
world::Task<void> strike(FalseSuccess fault, Exchange& x);
world::Task<void> strike(Padding fault, Exchange& x);
// Of streams, JSON and the provider's ways.
world::Task<void> strike(Slow fault, Exchange& x);
world::Task<void> strike(Cold fault, Exchange& x);
world::Task<void> strike(Sse fault, Exchange& x);
world::Task<void> strike(Events fault, Exchange& x);
world::Task<void> strike(Endless fault, Exchange& x);
world::Task<void> strike(StreamError fault, Exchange& x);
world::Task<void> strike(AfterCancel fault, Exchange& x);
world::Task<void> strike(Json fault, Exchange& x);
world::Task<void> strike(ProviderError fault, Exchange& x);
world::Task<void> strike(FinishAs fault, Exchange& x);
world::Task<void> strike(Content fault, Exchange& x);
world::Task<void> strike(BadToolCall fault, Exchange& x);
world::Task<void> strike(Usage fault, Exchange& x);
world::Task<void> strike(OtherAnswer fault, Exchange& x);
world::Task<void> strike(StuckInQueue fault, Exchange& x);
world::Task<void> strike(BadTool fault, Exchange& x);

// Those that strike before a request is read (`before_request`) have no function here: see Port.
// The action must outlive the call: it stands in the fault schedule.
world::Task<void> strike_any(const FaultAction& action, Exchange& x);

}  // namespace fakes
