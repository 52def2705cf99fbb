// JobIds: names of jobs that nobody can guess: 128 bits, drawn from two seeds. In a live run both
// are world::entropy_bits() of this life of the process, so no later life draws the same; in a
// simulation they come from its seed, and the ids are the same each time. One clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "world/random.hpp"

namespace agent {

class JobIds {
 public:
  JobIds(world::Random high, world::Random low) : high_(high), low_(low) {}

  std::string next(std::string_view prefix);  // the prefix and 32 hex digits

 private:
  const world::Random high_;
  const world::Random low_;
  std::uint64_t made_ = 0;
};

}  // namespace agent
