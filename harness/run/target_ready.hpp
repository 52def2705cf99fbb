// Waits until a target can be asked: it accepts a connection, or answers a GET of its ready path
// with 2xx. Asks again and again until then. One clock.
#pragma once

#include <functional>
#include <string>

#include "harness/client/target_door.hpp"
#include "world/network.hpp"

namespace harness {

struct ReadyWait {
  const TargetDoor& door;
  std::string path;                 // empty: a connection will do
  world::Instant until;
  world::Nanos between;             // two looks
  world::Nanos look_at_most;        // how long one may take
  std::function<bool()> gives_up;   // asked before each look
};

// Completes with nothing when it is ready, or else with what the last look found, as the end of a
// sentence: "refused the connection". A certificate that is not right does not get better.
world::Task<std::string> until_ready(world::Clock& clock, world::Network& network, ReadyWait wait);

}  // namespace harness
