// Every kind of fault, one row each, in the order of the alternatives of FaultAction. `shakedown
// list faults`, the scenario schema and the loader read this table and nothing else.
// A new fault is a file beside this one, an alternative, and a row. Constant data; any thread.
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "fakes/faults/accept.hpp"
#include "fakes/faults/after_cancel.hpp"
#include "fakes/faults/bad_tool.hpp"
#include "fakes/faults/black_hole.hpp"
#include "fakes/faults/chunks.hpp"
#include "fakes/faults/cold.hpp"
#include "fakes/faults/content.hpp"
#include "fakes/faults/content_length.hpp"
#include "fakes/faults/cut.hpp"
#include "fakes/faults/disconnect.hpp"
#include "fakes/faults/dns.hpp"
#include "fakes/faults/endless.hpp"
#include "fakes/faults/events.hpp"
#include "fakes/faults/false_success.hpp"
#include "fakes/faults/finish.hpp"
#include "fakes/faults/gzip.hpp"
#include "fakes/faults/hang.hpp"
#include "fakes/faults/headers.hpp"
#include "fakes/faults/idle.hpp"
#include "fakes/faults/json.hpp"
#include "fakes/faults/network.hpp"
#include "fakes/faults/no_continue.hpp"
#include "fakes/faults/other_answer.hpp"
#include "fakes/faults/padding.hpp"
#include "fakes/faults/provider_error.hpp"
#include "fakes/faults/rate_limit.hpp"
#include "fakes/faults/redirect.hpp"
#include "fakes/faults/refuse.hpp"
#include "fakes/faults/reset.hpp"
#include "fakes/faults/reuse.hpp"
#include "fakes/faults/slow.hpp"
#include "fakes/faults/slow_close.hpp"
#include "fakes/faults/slow_headers.hpp"
#include "fakes/faults/sse.hpp"
#include "fakes/faults/stall.hpp"
#include "fakes/faults/status.hpp"
#include "fakes/faults/stop_reading.hpp"
#include "fakes/faults/stream_error.hpp"
#include "fakes/faults/stuck_in_queue.hpp"
#include "fakes/faults/tls.hpp"
#include "fakes/faults/tool_call.hpp"
#include "fakes/faults/usage.hpp"

namespace fakes {

using FaultAction =
    std::variant<Refuse, BlackHole, Status, Hang, Reset, Stall, Cut, RateLimit, Dns, Tls,
                 Accept, Idle, Reuse, StopReading, NoContinue, Disconnect, Network, SlowClose,
                 SlowHeaders, ContentLength, Chunks, Headers, Gzip, Redirect, FalseSuccess,
                 Padding,
                 Slow, Cold, Sse, Events, Endless, StreamError, AfterCancel, Json,
                 ProviderError, FinishAs, Content, BadToolCall, Usage, OtherAnswer, StuckInQueue,
                 BadTool>;

// Where a fault strikes. A connection fault is decided before any request is read, so it cannot
// match on users, models or texts.
enum class FaultLayer { connection, http, stream, provider, tool };
std::string_view to_text(FaultLayer layer);

struct FaultKind {
  std::string_view name;  // the YAML key
  std::string_view doc;   // one line
  FaultLayer layer;
  bool in_sim;       // can fire in virtual time
  bool in_live;      // can fire on real sockets
  bool on_plain;     // can fire on an answer that is not streamed
  bool on_streamed;  // can fire on a stream
};

extern const std::array<FaultKind, std::variant_size_v<FaultAction>> kFaultKinds;

const FaultKind& kind_of(const FaultAction& action);

}  // namespace fakes
