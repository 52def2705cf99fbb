// Sequel: what a client learns of a turn beside its one end: the answer to a copy of its request
// (same body, same Idempotency-Key), or what the turn's job looks like some time after its end.
// Told to the observer on its own; no operation, so it counts in no objective. A plain value.
#pragma once

#include <cstdint>
#include <string>

#include "harness/client/reply.hpp"
#include "reports/operation.hpp"

namespace harness {

struct Sequel {
  enum class Kind : std::uint8_t { copy, look };

  Kind kind = Kind::copy;
  world::Instant sent{};        // the call for it
  world::Instant at{};          // it was known
  std::uint32_t sending = 0;    // of a copy: 1, 2, ...
  reports::Outcome outcome = reports::Outcome::ok;
  reports::Failure failure = reports::Failure::none;
  std::uint16_t http_status = 0;  // 0: no answer came
  std::string id;               // of the answer; empty: none was told
  std::string text;             // bounded by client.response_bytes_max
  JobStatus status = JobStatus::none;  // of a look
};

}  // namespace harness
