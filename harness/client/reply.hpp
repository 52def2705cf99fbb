// What the client saw of one answer, for the oracles: its text, how its stream ended, and what the
// target said of errors and waiting. Everything is bounded by the client's limits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
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

// The states of a response (OpenAI); in rising order, and the last four are final.
enum class JobStatus : std::uint8_t {
  none,  // nothing was said, or something else
  queued,
  in_progress,
  completed,
  failed,
  cancelled,
  incomplete,
};
std::string_view name_of(JobStatus status);
JobStatus job_status_named(std::string_view name);
constexpr bool is_final(JobStatus status) { return status >= JobStatus::completed; }

// A status of a background turn, at the first look that told it.
struct Sighting {
  world::Instant at{};
  JobStatus status = JobStatus::none;
};

// What was seen of a turn that is made in the background. Statuses come from polls, events and
// answers to a cancel alike.
struct JobSeen {
  static constexpr std::size_t kSightingsMax = 64;

  bool acknowledged = false;       // the target has told its id and status
  bool told_again = false;         // under its key, from the beginning: what was before is no news
  world::Instant acknowledged_at{};
  std::vector<Sighting> sightings;  // each change, the first kSightingsMax
  std::uint32_t polls = 0;
  std::uint32_t polls_failed = 0;   // without an answer of status 200
  std::uint16_t lost_status = 0;    // 404 or the like, to a look at what was acknowledged; 0: none
  bool cancel_wanted = false;
  std::uint16_t cancel_status = 0;        // of the answer to the first cancel; 0: none came
  std::uint16_t cancel_again_status = 0;  // of the answer to the second, after the end; 0: none
  std::string cancel_difference;    // what the second said otherwise; empty: nothing

  JobStatus last() const { return sightings.empty() ? JobStatus::none : sightings.back().status; }
};

// How the numbered events of a stream came, over all connections that it was followed on.
struct EventNumbers {
  std::uint64_t next = 0;          // the number that is due
  std::uint32_t missing = 0;       // were passed over
  std::uint32_t repeated = 0;      // came again
  std::int64_t first_fault = -1;   // the first number that was wrong; negative: none
  std::uint16_t resumed = 0;       // how often the stream was taken up again
  std::uint16_t refused_status = 0;  // of the answer that refused to resume it; 0: none did
};

struct Reply {
  static constexpr std::size_t kIdBytesMax = 256;
  static constexpr std::size_t kErrorBytesMax = 64 << 10;
  static constexpr std::size_t kNoticesMax = 64;
  static constexpr std::size_t kGapsMax = 100'000;

  std::string id;                   // of the answer, where it tells one; at most kIdBytesMax
  std::string text;                 // bounded by client.response_bytes_max
  std::uint32_t terminals = 0;      // terminal events of a stream ([DONE])
  std::uint32_t after_terminal = 0; // events with content behind the terminal one
  bool finished = false;            // a finish_reason came, or the answer was whole
  bool cut_off = false;             // the model stopped at its limit of tokens ("length")
  bool repeated = false;            // the whole text stands there twice, one behind the other
  bool degraded = false;            // the target says so: no provider answered

  std::string content_type;         // of the response
  // What came instead of an answer, its first kErrorBytesMax bytes: the body of a status other than
  // 2xx, a 2xx body that is no answer, or the error event of a stream.
  std::string error_body;
  bool said_error = false;          // that body is an error of the target's own, in its dialect
  std::string trouble;              // one sentence: why an answer was not understood, where known
  world::Nanos retry_after{-1};     // of a refusal; negative: none, or a date
  bool says_when = false;           // there was a Retry-After, if only a date
  std::vector<QueueNotice> notices; // the first kNoticesMax
  std::vector<world::Nanos> gaps;   // between events with content, the first kGapsMax

  // Of the Responses API:
  JobSeen job;
  EventNumbers numbers;
  bool whole_differs = false;       // the text at the end of the stream is not that of its pieces
  std::vector<world::Nanos> polls;  // how long each answer to a poll took, the first kGapsMax
  // Of requests with an Idempotency-Key:
  std::uint32_t sendings = 1;       // how often it was sent until an answer came, this one included
};

}  // namespace harness
