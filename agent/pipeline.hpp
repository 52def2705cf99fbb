// The way of one request through the core, each stage in its own file, in this order: read and
// check it, limit the user, fetch the history, ask the provider (with retries), remember, answer.
// Profile legacy: no queue, no lock, no notice of a user who left. One clock.
#pragma once

#include "agent/answer.hpp"
#include "agent/conversations.hpp"
#include "agent/rate_limiter.hpp"
#include "agent/request.hpp"

namespace agent {

class Pipeline {
 public:
  // The config must outlive it.
  Pipeline(world::Clock& clock, const Config& config, ProviderClient& provider);

  // Handles one request and answers on its connection.
  world::Task<void> handle(world::HttpServerConnection& connection, world::HttpRequest http);

  std::size_t sessions() const { return conversations_.size(); }

 private:
  History prompt_of(const Request& request);
  void remember(const Request& request, History prompt, std::string_view content);
  // These are awaited by handle(), in whose frame the request stands. `asked` may be null.
  world::Task<void> answer_error(world::HttpServerConnection& connection, AgentError error,
                                 const Asked* asked);
  world::Task<void> answer_whole(world::HttpServerConnection& connection, const Request& request,
                                 History prompt, Asked asked);
  world::Task<void> answer_stream(world::HttpServerConnection& connection, const Request& request,
                                  History prompt, Asked asked);

  world::Clock& clock_;
  const Config& config_;
  ProviderClient& provider_;
  RequestLimits limits_;
  RateLimiter limiter_;
  Conversations conversations_;
};

}  // namespace agent
