// MappedClient: turns for a target with JSON of its own, as target.mapping says. One clock.
#pragma once

#include "harness/client/answer_client.hpp"
#include "harness/client/mapping.hpp"

namespace harness {

class MappedClient final : public AnswerClient {
 public:
  // `scenario.target.mapping` must be there.
  MappedClient(world::Clock& clock, world::Network& network, TargetDoor door,
               const Scenario& scenario, world::Random random, Histories& histories);

 private:
  std::string body_of(const PlannedRequest& request) override;
  reports::Failure take_answer(const PlannedRequest& request, const std::string& body,
                               reports::Operation& op, Reply& reply) override;
  std::optional<reports::Failure> take_event(const PlannedRequest& request,
                                             StreamEvent event) override;
  bool end_is_terminal() const override { return done_.empty(); }

  void keep_session(const PlannedRequest& request, MappedAnswer& answer);

  Histories& histories_;
  Mapping mapping_;
  std::string done_;
};

}  // namespace harness
