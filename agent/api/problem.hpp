// Problem: an error as the user gets it. One body serves both worlds: the members of RFC 9457 and
// the `error` object that OpenAI clients read. It says what happened, whether and when it helps to
// come again, and what to do instead. Generic errors (answer.hpp) are what profile legacy has.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/api/answer.hpp"
#include "agent/defect.hpp"
#include "world/units.hpp"

namespace agent {

// Every error of the core, in the order of the pipeline's stages.
enum class ProblemCode : std::uint8_t {
  invalid_request,
  rate_limited,              // the hard limiter of legacy
  budget_exceeded,
  conversation_busy,         // too many turns of it wait already
  queue_full,
  queue_timeout,             // the deadline came while it waited
  circuit_open,
  backend_rate_limited,
  backend_unavailable,       // 5xx, unreachable, or all attempts used
  backend_timeout,
  backend_invalid_response,
  backend_refused,           // a 4xx that no retry will change
  tool_rounds_exceeded,
  interrupted,               // the process ended while it was worked on
  internal_error,
  store_unavailable,         // what must be durable cannot be kept
  unauthorized,
  response_not_found,
  idempotency_key_reuse,
  request_in_progress,
  edge_limited,
  user_rate_limited,
  daily_quota_exceeded,
  command_timeout,           // a tool took longer than the user may wait
};
inline constexpr std::size_t kProblemCodes = 24;
std::string_view name_of(ProblemCode code);
int status_of(ProblemCode code);

// What is wrong with one field of the request.
struct FieldError {
  std::string pointer;   // JSON pointer as a URI fragment: "#/messages/0/role"
  std::string expected;  // "string"
  std::string got;       // "null"; at most 64 characters of a value
  std::string suggestion;  // how to mend it; may be empty
};

// How far the work had come when it failed.
enum class Execution : std::uint8_t { not_started, partial, completed, unknown };

struct Problem {
  ProblemCode code = ProblemCode::backend_unavailable;
  std::string detail;                         // this occurrence, in a sentence
  std::optional<world::Nanos> retry_after{};  // when it may help to come again
  std::optional<std::int64_t> queue_position{};
  std::optional<world::Nanos> queue_eta{};
  std::vector<FieldError> errors{};
  std::vector<std::string> available{};     // what can still be had: JSON objects
  std::vector<std::string> next_actions{};  // beside those of the code: JSON objects or texts
  std::vector<std::string> attempts{};      // at providers: JSON objects
  Execution execution = Execution::not_started;
};

struct ProblemContext {
  std::string_view request;  // its id
  std::string_view provider_key;  // what must never be shown; a defect shows it
  bool honest = true;
  Defect defect = Defect::none;
};

// The error as a response, with Retry-After where there is a wait.
world::HttpResponse response_of(const Problem& problem, const ProblemContext& context);

// The same as the data of an event, for a stream that has begun.
std::string body_of(const Problem& problem, const ProblemContext& context);

// What legacy says instead.
AgentError generic_error_of(ProblemCode code);

}  // namespace agent
