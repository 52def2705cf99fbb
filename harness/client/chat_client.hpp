// ChatClient: sends one planned turn to the target in the OpenAI chat dialect and reads the answer,
// plain or streamed. It never retries. It fills the operation as things happen, so what was seen is
// kept when the deadline cancels it. One clock.
#pragma once

#include "harness/client/turn_client.hpp"
#include "world/http_client.hpp"

namespace harness {

class ChatClient final : public TurnClient {
 public:
  ChatClient(world::Clock& clock, world::Network& network, world::Endpoint target,
             const Scenario& scenario, world::Random random = world::Random(1));

  world::Task<bool> ask(const PlannedRequest& request, std::uint32_t sending,
                        reports::Operation& op, Reply& reply) override;
  world::Task<bool> look_again(const PlannedRequest& request, const std::string& id,
                               Sequel& sequel) override;

  void close_idle() { http_.close_idle(); }

 private:
  std::string render(const PlannedRequest& request, std::uint32_t sending) const;
  world::Task<bool> read_plain(world::HttpExchange& exchange, reports::Operation& op,
                               Reply& reply);
  world::Task<bool> read_stream(world::HttpExchange& exchange, reports::Operation& op,
                                Reply& reply);

  world::Clock& clock_;
  const Scenario& scenario_;
  world::Random random_;
  world::Endpoint target_;
  world::HttpClient http_;
  std::string head_;  // of every request, up to the value of content-length
};

}  // namespace harness
