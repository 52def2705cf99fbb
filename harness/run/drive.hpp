// drive(): the clients' side of a run, the same in both modes: users, their client, and what is
// told to the hooks while it goes on. Completes when the run is over; false when it was
// interrupted.
#pragma once

#include "harness/client/load_generator.hpp"
#include "harness/client/target_watch.hpp"
#include "harness/run/early_stop.hpp"
#include "harness/run/evidence.hpp"
#include "harness/run/run.hpp"

namespace harness {

struct DriveInput {
  const Prepared& prepared;
  TargetDoor target;
  reports::Recorder& recorder;
  Evidence& evidence;
  EarlyStop* early = nullptr;  // when given, it may end the run
  TargetWatch* watch = nullptr;  // when given, it is shown what comes of each turn
};

world::Task<bool> drive(world::Clock& clock, world::Network& network, DriveInput input);

// Asks the hooks at a steady pace of the clock whether the run is interrupted, and tells them how
// far it is. Returns when it is; otherwise goes on until it is cancelled.
world::Task<void> watch(world::Clock& clock, world::Nanos every, const Prepared& prepared,
                        const Evidence& evidence, const reports::Recorder& recorder,
                        const RunHooks& hooks);

Progress progress_of(const Prepared& prepared, const Evidence& evidence,
                     const reports::Recorder& recorder, world::Instant now);

}  // namespace harness
