// World: the five ports together, as everything above world/ is given them. References only:
// whoever makes the twins keeps them alive. One World belongs to one clock and so to one thread.
#pragma once

#include "world/clock.hpp"
#include "world/files.hpp"
#include "world/network.hpp"
#include "world/processes.hpp"
#include "world/random.hpp"

namespace world {

struct World {
  Clock& clock;
  Network& network;
  Random random;
  Files& files;
  Processes& processes;
};

}  // namespace world
