// ChatClient: sends one planned turn to the target in the OpenAI chat dialect and reads the answer,
// plain or streamed. It never retries. It fills the operation as things happen, so what was seen is
// kept when the deadline cancels it. One clock.
#pragma once

#include "harness/client/reply.hpp"
#include "harness/plan/plan.hpp"
#include "reports/operation.hpp"
#include "world/http_client.hpp"

namespace harness {

// A failure of the network as the client's.
reports::Failure failure_of(world::Failure failure);

class ChatClient {
 public:
  ChatClient(world::Clock& clock, world::Network& network, world::Endpoint target,
             const Scenario& scenario);

  // Completes with true when the exchange has ended, well or not: see op.outcome and op.failure.
  world::Task<bool> ask(const PlannedRequest& request, reports::Operation& op, Reply& reply);

  void close_idle() { http_.close_idle(); }

 private:
  std::string render(const PlannedRequest& request) const;
  // bad_body.cpp: what no agent should take.
  std::string render_bad(const CorpusRow& row, world::TurnId turn) const;
  world::Task<bool> ask_badly(const PlannedRequest& request, reports::Operation& op, Reply& reply);
  world::Task<bool> read_plain(world::HttpExchange& exchange, reports::Operation& op,
                               Reply& reply);
  world::Task<bool> read_stream(world::HttpExchange& exchange, reports::Operation& op,
                                Reply& reply);

  world::Clock& clock_;
  const Scenario& scenario_;
  world::Endpoint target_;
  world::HttpClient http_;
  std::string head_;  // of every request, up to the value of content-length
};

}  // namespace harness
