// MessagesClient: turns in Anthropic's dialect (the Messages API). One clock.
#pragma once

#include "harness/client/answer_client.hpp"

namespace harness {

class MessagesClient final : public AnswerClient {
 public:
  // With `histories`, each request has all of its conversation.
  MessagesClient(world::Clock& clock, world::Network& network, TargetDoor door,
                 const Scenario& scenario, world::Random random, Histories* histories);

 private:
  std::string body_of(const PlannedRequest& request) override;
  reports::Failure take_answer(const PlannedRequest& request, const std::string& body,
                               reports::Operation& op, Reply& reply) override;
  std::optional<reports::Failure> take_event(const PlannedRequest& request,
                                             StreamEvent event) override;
  std::string_view more_headers() const override;

  static constexpr std::int64_t kMaxTokens = 1'024;  // the API insists on some
  Histories* histories_;
};

}  // namespace harness
