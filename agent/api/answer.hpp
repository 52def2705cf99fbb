// What the user gets: the provider's answer, whole or as a stream, or an error. The provider that
// was asked and the number of attempts stand in the headers agentcore-provider and
// agentcore-attempts.
// Legacy errors are generic: they help nobody, as the users of this profile know. One clock.
#pragma once

#include "agent/providers/provider_client.hpp"
#include "world/http_server.hpp"

namespace agent {

struct AgentError {
  int status = 500;
  std::string_view type;
  std::string_view message;
};

// The generic errors, in the order of the pipeline's stages.
inline constexpr AgentError kBadRequest{400, "invalid_request_error", "Invalid request."};
inline constexpr AgentError kRateLimited{429, "rate_limit_error", "rate limited"};
inline constexpr AgentError kUnavailable{503, "server_error",
                                         "Something went wrong. Please try again later."};
inline constexpr AgentError kFailed{502, "server_error", "Something went wrong. Please try again."};
inline constexpr AgentError kTimedOut{504, "timeout_error", "Request timeout. Please try again."};

// A response with the error in the form that OpenAI clients read.
world::HttpResponse error_response(AgentError error);

// Says who answered and after how many attempts.
void add_origin(world::HttpHeaders& headers, const Provider& provider, int attempts);

// The content of the first choice of a whole answer, as JSON text without its quotes. False when
// the body is not an answer at all. A null content counts as empty.
bool read_answer(std::string_view body, std::string& content);

// The same for one chunk of a stream: appends the piece of content that it carries, if any.
void append_delta(std::string_view chunk, std::string& content);

}  // namespace agent
