// Agent: the bundled agent core, an HTTP server between users and providers; its calls are the
// table of routes in agent.cpp. The same code in sim and live. One clock; the references must
// outlive it, and serve() must have ended before it dies.
#pragma once

#include <vector>

#include "agent/api/responses_api.hpp"
#include "agent/ledger.hpp"
#include "agent/pipeline.hpp"

namespace agent {

// What a process has that a simulation may do without.
struct Outside {
  JobStore* store = nullptr;              // null: jobs are gone with the agent
  world::Processes* processes = nullptr;  // null: the model runs no commands
  std::optional<JobIds> ids{};            // none: drawn from `random`, which others may know
};

class Agent {
 public:
  // Throws std::invalid_argument when the config names no provider or one that is not given.
  // `random` draws the jitter of waits.
  Agent(world::Clock& clock, world::Network& network, Config config,
        const std::vector<Provider>& providers, LedgerSink ledger = {},
        world::Random random = world::Random(1), Outside outside = {});

  // Takes over what the store has of another life, then serves until cancelled. One call at a time.
  world::Task<void> serve(world::Listener& listener);

  // Nothing that is under way goes on, from this call on, as if the process had been killed.
  // serve() has to be cancelled, too.
  void abort() { pipeline_.jobs().abort(); }

  std::size_t sessions() const { return pipeline_.sessions(); }
  std::int64_t held_bytes() const { return pipeline_.held_bytes(); }
  std::int64_t in_flight() const { return in_flight_; }

 private:
  using Handler = world::Task<void> (Agent::*)(world::HttpServerConnection& connection,
                                               world::HttpRequest request, std::string id);
  struct Route {
    std::string_view method;
    std::string_view path;  // one segment may be {id}
    Handler handler;
  };
  static const std::vector<Route>& routes();

  world::Task<void> route(world::HttpServerConnection& connection, world::HttpRequest request);
  world::Task<void> no_route(world::HttpServerConnection& connection, world::HttpRequest request);
  world::Task<void> refuse(world::HttpServerConnection& connection, world::HttpRequest request,
                           Problem problem, std::string allowed);
  std::optional<Problem> at_the_gate(const world::HttpRequest& request);
  Breaker* breaker_of(const std::string& key);
  std::optional<Problem> may_change(const world::HttpRequest& request,
                                    const Breaker* breaker) const;
  template <Api kApi>
  world::Task<void> ask(world::HttpServerConnection& connection, world::HttpRequest request,
                        std::string id);
  using OfResponses = world::Task<void> (ResponsesApi::*)(world::HttpServerConnection& connection,
                                                          world::HttpRequest request,
                                                          std::string id);
  template <OfResponses kCall>
  world::Task<void> responses(world::HttpServerConnection& connection, world::HttpRequest request,
                              std::string id);
  world::Task<void> models(world::HttpServerConnection& connection, world::HttpRequest request,
                           std::string id);
  world::Task<void> health(world::HttpServerConnection& connection, world::HttpRequest request,
                           std::string id);
  world::Task<void> schema(world::HttpServerConnection& connection, world::HttpRequest request,
                           std::string id);
  world::Task<void> queue(world::HttpServerConnection& connection, world::HttpRequest request,
                          std::string id);
  world::Task<void> limits(world::HttpServerConnection& connection, world::HttpRequest request,
                           std::string id);
  world::Task<void> budgets(world::HttpServerConnection& connection, world::HttpRequest request,
                            std::string id);
  world::Task<void> providers(world::HttpServerConnection& connection, world::HttpRequest request,
                              std::string id);
  world::Task<void> breakers(world::HttpServerConnection& connection, world::HttpRequest request,
                             std::string id);
  world::Task<void> reset_breaker(world::HttpServerConnection& connection,
                                  world::HttpRequest request, std::string id);
  world::Task<void> isolate_breaker(world::HttpServerConnection& connection,
                                    world::HttpRequest request, std::string id);
  std::string user_of(const world::HttpRequest& request) const;
  world::Task<void> tell_memory();
  world::Task<void> keep_house();

  world::Clock& clock_;
  const Config config_;
  const Books books_;
  std::unique_ptr<JobStore> own_store_;
  Pipeline pipeline_;
  ResponsesApi responses_;
  const std::string models_;
  world::Instant started_;
  std::int64_t in_flight_ = 0;
};

}  // namespace agent
