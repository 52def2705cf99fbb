// ChatClient: turns in the OpenAI chat dialect. One clock.
#pragma once

#include "harness/client/answer_client.hpp"

namespace harness {

class ChatClient final : public AnswerClient {
 public:
  // With `histories`, each request has all of its conversation.
  ChatClient(world::Clock& clock, world::Network& network, TargetDoor door,
             const Scenario& scenario, world::Random random = world::Random(1),
             Histories* histories = nullptr);

 private:
  std::string body_of(const PlannedRequest& request) override;
  reports::Failure take_answer(const PlannedRequest& request, const std::string& body,
                               reports::Operation& op, Reply& reply) override;
  std::optional<reports::Failure> take_event(const PlannedRequest& request,
                                             StreamEvent event) override;

  Histories* histories_;
  std::string begin_;  // of every body, up to its messages
};

}  // namespace harness
