// A chat request and its answer in words that no provider's wire format appears in. A dialect turns
// bytes into the first and the second into bytes. Plain data; one request's lifetime.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/markers.hpp"

namespace fakes {

struct ChatRequest {
  std::string model;
  std::string user;
  bool stream = false;
  bool include_usage = false;  // a stream ends with a count of its tokens
  std::optional<std::int64_t> max_tokens;
  std::int64_t messages = 0;
  std::int64_t prompt_bytes = 0;       // of all contents
  std::string_view last_user_message;  // as JSON text inside the request's body
  std::optional<world::TurnId> asked;  // the last turn marker in it
  std::vector<Marker> markers;
};

// Why a request is refused; the dialect puts it in its own form.
struct Refusal {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string code;   // empty: null
  std::string param;  // empty: null
  std::string message;
};

enum class Finish : std::uint8_t { stop, length };

struct Answer {
  std::uint64_t id = 0;
  std::int64_t created_unix_s = 0;
  std::string_view model;
  std::string canary;  // the first token
  std::int64_t tokens = 1;
  std::int64_t prompt_tokens = 0;
  Finish finish = Finish::stop;
  bool include_usage = false;
};

// What a provider says of itself in the headers of a response.
struct HeaderFacts {
  std::uint64_t request_id = 0;
  std::int64_t processing_ms = 0;
  std::int64_t requests_limit = 0;
  std::int64_t requests_remaining = 0;
};

}  // namespace fakes
