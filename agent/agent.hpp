// Agent: the bundled agent core, an HTTP server between users and providers.
//   POST /v1/chat/completions   OpenAI chat JSON, streamed or not; metadata.conversation names a
//                               conversation whose history the core keeps
//   GET  /health                {"status":"ok",...}
// The same code in sim and live. One clock; the references must outlive it, and serve() must have
// ended before it dies.
#pragma once

#include <vector>

#include "agent/ledger.hpp"
#include "agent/pipeline.hpp"

namespace agent {

class Agent {
 public:
  // Throws std::invalid_argument when the config names no provider or one that is not given.
  // `random` draws the jitter of waits.
  Agent(world::Clock& clock, world::Network& network, Config config,
        const std::vector<Provider>& providers, LedgerSink ledger = {},
        world::Random random = world::Random(1));

  // Serves until cancelled. One call at a time.
  world::Task<void> serve(world::Listener& listener);

  std::size_t sessions() const { return pipeline_.sessions(); }
  std::int64_t held_bytes() const { return pipeline_.held_bytes(); }
  std::int64_t in_flight() const { return in_flight_; }

 private:
  world::Task<void> route(world::HttpServerConnection& connection, world::HttpRequest request);
  world::Task<void> chat(world::HttpServerConnection& connection, world::HttpRequest request);
  world::HttpResponse health() const;
  world::Task<void> tell_memory();

  world::Clock& clock_;
  const Config config_;
  const Books books_;
  Pipeline pipeline_;
  world::Instant started_;
  std::int64_t in_flight_ = 0;
};

}  // namespace agent
