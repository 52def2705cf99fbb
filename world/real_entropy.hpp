// Bits that nobody can guess, from the kernel: the seeds of a Random whose draws must stay secret,
// as the ids of jobs in a live run. A simulation derives them from its own seed. Any thread.
#pragma once

#include <cstdint>

namespace world {

std::uint64_t entropy_bits();

}  // namespace world
