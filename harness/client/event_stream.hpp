// Reads a streamed answer to its end, whatever the dialect: the bytes, their events, and what the
// end of the stream means. What one event says is the dialect's to take. One clock.
#pragma once

#include <functional>
#include <optional>

#include "harness/client/reading.hpp"
#include "world/clock.hpp"
#include "world/sse.hpp"

namespace harness {

// One event of a stream, with where its pieces go; a failure ends the reading.
struct StreamEvent {
  world::SseEvent& event;
  world::Instant now;
  PieceTaker& pieces;
  reports::Operation& op;
  Reply& reply;
};
using TakeEvent = std::function<std::optional<reports::Failure>(StreamEvent)>;

struct StreamRules {
  std::size_t bytes_max = 0;
  bool end_is_terminal = false;  // a clean end says that the answer is whole; no event does
};

// Completes with true when the operation has its outcome.
world::Task<bool> read_event_stream(world::Clock& clock, world::HttpExchange& exchange,
                                    StreamRules rules, TakeEvent take, reports::Operation& op,
                                    Reply& reply);

}  // namespace harness
