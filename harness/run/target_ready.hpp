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

struct ReadyLook {
  std::string found;      // the end of a sentence: "refused the connection"; empty: it is ready
  bool is_final = false;  // nothing to wait for: a certificate that is not right stays so
};

// Completes with what the last look found.
world::Task<ReadyLook> until_ready(world::Clock& clock, world::Network& network, ReadyWait wait);

}  // namespace harness
