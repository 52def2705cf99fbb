// Outcome: how one call to a provider ended, as the ledger names it, and what follows from it: for
// the breaker, and for a retry. A closed set; pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/config.hpp"
#include "world/failure.hpp"

namespace agent {

enum class OutcomeKind : std::uint8_t {
  ok,
  refused,     // nobody listens
  unresolved,  // no address, or no way there
  timeout,
  reset,       // broken off, also in the middle of a stream or of a handshake
  invalid,     // 200, and no answer in it
  status,      // any other status
  cancelled,   // the user left, or the deadline of the request came first
};
std::string_view name_of(OutcomeKind kind);

struct Outcome {
  OutcomeKind kind = OutcomeKind::cancelled;
  int status = 0;  // of kind status

  bool is_limit() const { return kind == OutcomeKind::status && status == 429; }
};

Outcome outcome_of(world::Failure failure);

// Whether it speaks against the provider: 4xx and a user who left do not.
bool is_failure(const Outcome& outcome);

// Whether the provider refuses the core itself, not the request: its key, its account, its model.
// Another provider may answer; this one will not until somebody has mended it.
bool refuses_core(const Outcome& outcome, const Config& config);

// Whether another attempt may come to a better end.
bool may_pass(const Outcome& outcome, const Config& config);

}  // namespace agent
