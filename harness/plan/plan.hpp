// The arrival plan: every open-loop request with its instant, user, conversation and lengths, made
// before the run as a pure function of (scenario, seed). Closed-loop users have a planned sequence
// each, without instants. Nothing here knows the target; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/scenario/scenario.hpp"
#include "world/random.hpp"
#include "world/turn_id.hpp"
#include "world/units.hpp"

namespace harness {

struct PlannedRequest {
  std::uint64_t id = 0;       // open loop: 0, 1, 2, ... in the order of the plan
  world::Instant at{};        // planned instant; unset in a closed loop
  std::uint32_t load_class = 0;  // index into Scenario::load
  world::TurnId turn;         // user (counted over all classes), session of the user, turn of it
  std::uint32_t prompt_tokens = 0;  // 0: the text as it is
  std::uint32_t output_tokens = 0;  // 0: the backend decides
  bool stream = false;
  friend bool operator==(const PlannedRequest&, const PlannedRequest&) = default;
};

// The users of one class are [first, first + count) in the numbering of the whole scenario.
struct UserRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

struct ClosedLoop {
  std::uint32_t load_class = 0;
  UserRange users;
  world::Instant from{};  // requests are sent in [from, to)
  world::Instant to{};
};

struct Plan {
  std::vector<PlannedRequest> requests;  // ordered by (at, id)
  std::vector<ClosedLoop> closed;
  std::vector<UserRange> users;  // by class
};

Plan make_plan(const Scenario& scenario, world::Random random);

// The n-th step (from 0) of one user's closed loop: how long the user thinks before it, then the
// request. Step n is sent when `think` has passed since the answer to step n-1 (since the window's
// start for n = 0). With `parallel: k`, steps come in groups of k that share one instant: the think
// time of all but the first is zero, and a group waits for all answers of the one before.
// Ids have the top bit set, so they differ from open-loop ids and need no counting.
struct ClosedTurn {
  world::Nanos think{};
  PlannedRequest request;
};
ClosedTurn closed_turn(const Scenario& scenario, world::Random random, const ClosedLoop& loop,
                       std::uint32_t user, std::uint32_t n);

// What the user says: the turn's marker, the class's text, and filler words up to about 4 bytes per
// prompt token. The same request always gives the same text.
std::string turn_text(const Scenario& scenario, const PlannedRequest& request);
std::string turn_text(std::string_view ask, world::TurnId turn, std::uint32_t prompt_tokens);

}  // namespace harness
