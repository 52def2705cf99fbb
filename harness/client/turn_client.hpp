// TurnClient: sends one turn of a user to the target and reads what comes of it, in the API of its
// load class. It never sets the turn's deadline: the load generator does. What was seen is filled
// in as it happens, so that it is kept when the deadline cancels the client. One clock.
#pragma once

#include "harness/client/sequel.hpp"
#include "harness/plan/plan.hpp"
#include "world/task.hpp"

namespace harness {

class TurnClient {
 public:
  virtual ~TurnClient() = default;

  // Completes with true when the turn has ended, well or not: see op.outcome and op.failure.
  // `sending` is 0, or n for the nth copy of the request under the same Idempotency-Key.
  virtual world::Task<bool> ask(const PlannedRequest& request, std::uint32_t sending,
                                reports::Operation& op, Reply& reply) = 0;

  // Asks for the state of a turn that has ended in the background once more.
  virtual world::Task<bool> look_again(const PlannedRequest& request, const std::string& id,
                                       Sequel& sequel) = 0;
};

}  // namespace harness
