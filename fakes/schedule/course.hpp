// How probable a fault is at an instant: constant, a ramp, or steps. The values are exact integers,
// so sim and live compare the same draw with the same number. Pure; any thread.
#pragma once

#include <cstdint>

#include "fakes/schedule/fault.hpp"

namespace fakes {

// In parts per million. Before the window it is that of its start, behind the course its last.
std::uint32_t probability_at(const Fault& fault, world::Instant now);

}  // namespace fakes
