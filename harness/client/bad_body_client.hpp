// BadBodyClient: sends what no agent should take, the bodies of a class's corpus. To be told so,
// with a 4xx, is the success of such a request; 408 and 429 are about time, and no such word. One
// clock.
#pragma once

#include "harness/client/target_door.hpp"
#include "harness/client/turn_client.hpp"
#include "world/http_client.hpp"

namespace harness {

class BadBodyClient final : public TurnClient {
 public:
  BadBodyClient(world::Clock& clock, world::Network& network, TargetDoor door,
                const Scenario& scenario);

  world::Task<bool> ask(const PlannedRequest& request, std::uint32_t sending,
                        reports::Operation& op, Reply& reply) override;
  // Nothing of it can be looked at again.
  world::Task<bool> look_again(const PlannedRequest& request, const std::string& id,
                               Sequel& sequel) override;

  void close_idle() { http_.close_idle(); }

 private:
  std::string render(const CorpusRow& row, world::TurnId turn) const;

  world::Clock& clock_;
  const Scenario& scenario_;
  TargetDoor door_;
  world::HttpClient http_;
};

}  // namespace harness
