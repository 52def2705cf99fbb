// ApiClients: the client of each class's API, or of the target's dialect, behind one door. A
// request with an Idempotency-Key whose exchange broke, or is still being carried out for an
// earlier sending (409), or has no answer within the class's own timeout, is sent again; others
// never are. One clock.
#pragma once

#include <memory>

#include "harness/client/bad_body_client.hpp"
#include "harness/client/chat_client.hpp"
#include "harness/client/mapped_client.hpp"
#include "harness/client/messages_client.hpp"
#include "harness/client/responses_client.hpp"
#include "harness/client/target_watch.hpp"

namespace harness {

class ApiClients final : public TurnClient {
 public:
  // `watch`, when given, is shown what comes of each turn.
  ApiClients(world::Clock& clock, world::Network& network, const TargetDoor& door,
             const Scenario& scenario, world::Random random, TargetWatch* watch = nullptr);

  world::Task<bool> ask(const PlannedRequest& request, std::uint32_t sending,
                        reports::Operation& op, Reply& reply) override;
  world::Task<bool> look_again(const PlannedRequest& request, const std::string& id,
                               Sequel& sequel) override;

  void close_idle();

 private:
  TurnClient& client_of(const PlannedRequest& request);
  world::Task<bool> ask_target(const PlannedRequest& request, std::uint32_t sending,
                               reports::Operation& op, Reply& reply);
  world::Task<bool> ask_with_key(const PlannedRequest& request, reports::Operation& op,
                                 Reply& reply);

  static constexpr std::uint32_t kResendsMax = 16;

  world::Clock& clock_;
  const Scenario& scenario_;
  world::Random random_;
  TargetWatch* watch_;
  std::vector<std::string> secrets_;
  Histories histories_;
  bool client_keeps_;  // what was said, because a client of it sends it again
  ChatClient chat_;
  ResponsesClient responses_;
  BadBodyClient bad_;
  MessagesClient messages_;
  std::unique_ptr<MappedClient> mapped_;  // null: the target has no mapping
};

}  // namespace harness
