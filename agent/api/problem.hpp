// Problem: an error as the user gets it. One body serves both worlds: the members of RFC 9457 and
// the `error` object that OpenAI clients read. It says what happened, whether and when it helps to
// come again, and what to do instead. Generic errors (answer.hpp) are what profile legacy has.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/api/answer.hpp"
#include "agent/api/problem_code.hpp"
#include "agent/defect.hpp"
#include "world/http_parser.hpp"
#include "world/units.hpp"

namespace agent {

// What is wrong with one field of the request.
struct FieldError {
  std::string pointer;   // JSON pointer as a URI fragment: "#/messages/0/role"
  std::string expected;  // "string"
  std::string got;       // "null"; at most 64 characters of a value
  std::string suggestion;  // how to mend it; may be empty
  std::string detail{};  // all of it in one sentence
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
  std::vector<std::string> next_actions{};  // in front of those of the code: JSON objects
  std::vector<std::string> attempts{};      // at providers: JSON objects
  Execution execution = Execution::not_started;
  std::vector<std::string> cycle{};  // of ProblemCode::cycle: the names on the way round
  std::string_view phase{};          // a literal; empty: that of the code
};

struct ProblemContext {
  std::string_view request;  // its id
  std::string_view provider_key;  // what must never be shown; a defect shows it
  bool honest = true;
  Defect defect = Defect::none;
  std::string_view trace{};   // its id
  std::string_view path{};    // of the URL; empty: that of a model API
  std::string_view accept{};  // value of the header
};

// The error as a response, with Retry-After where there is a wait.
world::HttpResponse response_of(const Problem& problem, const ProblemContext& context);

// The same as the data of an event, for a stream that has begun.
std::string body_of(const Problem& problem, const ProblemContext& context);

// What the server says of bytes that are no HTTP request, more of one than it takes, or late.
Problem problem_of(world::Failure failure, const world::HttpLimits& limits);

// "You're #3 in queue, ~45 seconds wait"
std::string queue_message(std::int64_t position, world::Nanos eta);

// What legacy says instead.
AgentError generic_error_of(ProblemCode code);

}  // namespace agent
