// The agent's own ledger: what the core says that it did with each request, one entry as it
// happens. An independent count beside those of the clients and of the fakes, and the evidence of
// oracles that look inside (breakers, queues, memory). Told through a sink, on the core's clock and
// thread; the core keeps none of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "world/units.hpp"

namespace agent {

enum class LedgerKind : std::uint8_t {
  received,      // a request was read and is a request
  refused,       // answered without asking a provider; from: the error code, value: the status
  queued,        // it waits; value: position (1: next), limit: the estimated wait in ns
  started,       // it has left the queue; value: how long it waited, ns
  called,        // a call to provider `key` begins; value: attempt, from 1 on, over all providers
  call_ended,    // from: ok, refused, unresolved, timeout, reset, invalid, status, cancelled;
                 // value: the status, or 0
  waits,         // before a retry; value: how long, ns; limit: what Retry-After asked for, or 0
  breaker,       // `key` goes from -> to (closed, open, half_open); value: failures in the window
  rejected,      // the open breaker of `key` turned a call away
  tool_called,   // key: the tool, from: the id of the call
  spent,         // key: the user; value: units charged so far, limit: the user's budget
  answered,      // the user got the answer; from: ok, degraded or the error code; value: the status
  abandoned,     // the user left before the answer; what was asked for is cancelled
  memory,        // value: bytes that the core holds for its users (histories, queues, maps)
  // Of a command that the model runs; key: the program, from: the id of the call.
  command_started,    // limit: the time that was asked for, ns
  command_progress,   // value: percent done as it says itself, or 0; limit: how long it runs, ns
  command_cancelled,  // whoever waited for it does so no more
  command_ended,      // it is gone with all its children; to: why, value: its exit code
  tool_refused,  // a limit of the tool `key` turned a call away; from: minute or task; limit: it
  budget_alert,  // key: whose, from: the scope; value: spent of `limit`, which is nearly all of it
};
inline constexpr std::size_t kLedgerKinds = 20;
std::string_view name_of(LedgerKind kind);
std::optional<LedgerKind> ledger_kind_named(std::string_view name);

// Keys of called, call_ended, breaker and rejected are names of providers, or tools behind this.
inline constexpr std::string_view kToolKeyPrefix = "tool:";

struct LedgerEntry {
  world::Instant at{};
  LedgerKind kind = LedgerKind::received;
  std::string request;  // its x-request-id; empty: of no request
  std::string key;
  std::string from;
  std::string to;
  std::int64_t value = 0;
  std::int64_t limit = 0;
};

using LedgerSink = std::function<void(const LedgerEntry&)>;

}  // namespace agent
