// How much of one of a provider's limits is left, as its response headers say. Plain data.
#pragma once

#include <cstdint>

#include "world/units.hpp"

namespace fakes {

struct Quota {
  std::int64_t limit = 0;  // 0: there is no such limit, and its headers are left out
  std::int64_t remaining = 0;
  world::Nanos reset{0};  // from now until all of it is there again

  friend bool operator==(const Quota&, const Quota&) = default;
};

}  // namespace fakes
