// Serving until Ctrl-C or SIGTERM, for the commands that serve.
#pragma once

#include "world/real_clock.hpp"

namespace harness {

// Runs the task on the clock until it ends or the process is interrupted.
void serve_until_interrupted(world::RealClock& clock, world::Task<void> service);

}  // namespace harness
