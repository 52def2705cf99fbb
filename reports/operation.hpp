// One client request that has ended, or that was cut off by the end of the run: the row that the
// client hands to the recorder, the history and the oracles. Latencies are derived from instants
// and counted from the planned one, so a late generator or a queue cannot hide (coordinated
// omission). A plain value; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "world/units.hpp"

namespace reports {

using world::Instant;
using world::Nanos;

// How a request ended. Every planned request ends in exactly one of these.
enum class Outcome : std::uint8_t {
  ok,         // a complete and well-formed answer
  error,      // an answer that is a failure, or a broken exchange
  timeout,    // the client's deadline passed
  cancelled,  // the user gave up on purpose
  in_flight,  // unfinished when the run ended: latencies are "at least"
  dropped,    // planned but never sent (the generator had no room)
};
inline constexpr std::size_t kOutcomes = 6;

// Why a request did not end well, as the client saw it. Closed: code that handles it switches.
enum class Failure : std::uint8_t {
  none,
  connect_refused,
  connect_timeout,
  unresolved,        // no such name, no route
  tls,               // the handshake failed
  reset,             // the peer aborted the connection
  closed_early,      // the peer closed before the answer was complete
  timeout,           // no answer within the client's deadline
  http_status,       // a status other than 2xx and 429
  rate_limited,      // 429, or a refusal that says so
  bad_response,      // bytes or JSON that are not the protocol
  too_large,         // a bound of the client was reached
  truncated_stream,  // a stream without its terminal event
  empty_response,    // a 2xx answer without any text
  cancelled,         // the user gave up
  unfinished,        // still in flight when the run ended
  no_capacity,       // the generator itself had no room (descriptors, ports, in-flight bound)
};
inline constexpr std::size_t kFailures = 17;

std::string_view name_of(Outcome outcome);
std::string_view name_of(Failure failure);

struct Operation {
  std::uint64_t id = 0;       // unique in the run, in order of the plan
  std::uint32_t phase = 0;    // index into Layout::phases, of the planned instant
  std::uint32_t cls = 0;      // index into Layout::classes
  std::uint32_t user = 0;
  std::uint32_t session = 0;  // counts the sessions of this user
  std::uint32_t turn = 0;     // counts the turns of this session

  Instant planned{};
  // First byte written, or the attempt to connect when none could be; kNever: dropped.
  Instant sent = world::kNever;
  Instant first_event = world::kNever;  // first token of a stream, or first byte of an answer
  Instant last_event{};  // the end: last byte, or when failure, drop or end of run was known
  Nanos stall{0};        // the longest gap between two events of a stream
  Nanos queue_wait{-1};  // in the target's queue, as it says (Server-Timing); negative: it does not
  bool streamed = false;
  bool background = false;  // made as a job, and asked about until it had ended
  bool has_key = false;     // an Idempotency-Key

  Outcome outcome = Outcome::ok;
  Failure failure = Failure::none;
  std::uint16_t http_status = 0;  // 0: no status line was read
  std::uint16_t attempts = 1;     // calls to providers, as the target says; 1 if it does not
  std::uint32_t output_tokens = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
  std::string provider;  // that answered, when the target says so

  // A bad body that was refused, as it should be: good, but no answer.
  bool was_refused() const { return outcome == Outcome::ok && http_status >= 400; }
};

// The latencies of an operation.
enum class Latency : std::uint8_t {
  response,  // planned instant to the end
  service,   // first byte sent to the end
  lateness,  // planned instant to first byte sent: the generator's own delay
  ttft,      // first byte sent to the first event of a stream
  stall,     // longest gap between events of a stream
  inter_token,  // each gap between two events of a stream: many values of one operation
  agent_added,  // service time without the time that the fakes took for it; known when they told
  queue_wait,   // in the target's queue, as the target says
  status,       // each answer about the state of a background turn: many values of one operation
};
inline constexpr std::size_t kLatencies = 9;

std::string_view name_of(Latency latency);

// Nothing when the operation has no such latency (never sent, not a stream, no event), or when it
// is not the operation that knows it (inter_token, agent_added, status: see Recorder). Never
// negative: a request that was sent ahead of its plan has lateness 0.
inline std::optional<Nanos> latency_of(const Operation& op, Latency latency) {
  const auto span = [](Instant from, Instant to) { return to > from ? to - from : Nanos{0}; };
  const bool was_sent = op.sent != world::kNever;
  const bool has_events = op.streamed && was_sent && op.first_event != world::kNever;
  switch (latency) {
    case Latency::response: return span(op.planned, op.last_event);
    case Latency::service:
      if (was_sent) return span(op.sent, op.last_event);
      break;
    case Latency::lateness:
      if (was_sent) return span(op.planned, op.sent);
      break;
    case Latency::ttft:
      if (has_events) return span(op.sent, op.first_event);
      break;
    case Latency::stall:
      if (has_events) return op.stall;
      break;
    case Latency::queue_wait:
      if (op.queue_wait >= Nanos{0}) return op.queue_wait;
      break;
    case Latency::inter_token:
    case Latency::agent_added:
    case Latency::status: break;
  }
  return std::nullopt;
}

std::string user_text(const Operation& op);     // "u17"
std::string session_text(const Operation& op);  // "u17.s2"
std::string turn_text(const Operation& op);     // "u17.s2.t5"

}  // namespace reports
