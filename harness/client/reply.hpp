// What the client saw of one answer, for the oracles: its text, how its stream ended, and what the
// target said of errors and waiting. Everything is bounded by the client's limits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "world/units.hpp"

namespace harness {

// "You're #3 in queue, ~45 seconds wait", as an event of a stream or the body of a refusal told it.
struct QueueNotice {
  world::Instant at{};
  std::uint32_t position = 0;       // 1: next; 0: none was given
  world::Nanos eta{-1};             // negative: none was given
  bool has_reason = false;          // the target says why the place is what it is
};

struct Reply {
  static constexpr std::size_t kErrorBytesMax = 64 << 10;
  static constexpr std::size_t kNoticesMax = 64;
  static constexpr std::size_t kGapsMax = 100'000;

  std::string text;                 // bounded by client.response_bytes_max
  std::uint32_t terminals = 0;      // terminal events of a stream ([DONE])
  std::uint32_t after_terminal = 0; // events with content behind the terminal one
  bool finished = false;            // a finish_reason came, or the answer was whole
  bool cut_off = false;             // the model stopped at its limit of tokens ("length")
  bool repeated = false;            // the whole text stands there twice, one behind the other
  bool degraded = false;            // the target says that no provider answered (x-agent-degraded)

  std::string content_type;         // of the response
  // What came instead of an answer, its first kErrorBytesMax bytes: the body of a status other than
  // 2xx, a 2xx body that is no answer, or the error event of a stream.
  std::string error_body;
  world::Nanos retry_after{-1};     // of a refusal; negative: none, or a date
  bool says_when = false;           // there was a Retry-After, if only a date
  std::vector<QueueNotice> notices; // the first kNoticesMax
  std::vector<world::Nanos> gaps;   // between events with content, the first kGapsMax
};

}  // namespace harness
