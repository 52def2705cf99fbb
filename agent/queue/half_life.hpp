// share_left: what is left of a weight after some time, when half is lost each half-life. Between
// the halvings it runs straight: exp2 of libm differs in the last bit from one to the next, and a
// simulation must not. Off by at most 6 % of the value. Pure; any thread.
#pragma once

#include "world/units.hpp"

namespace agent {

inline double share_left(world::Nanos passed, world::Nanos half_life) {
  const std::int64_t halvings = passed / half_life;
  if (halvings >= 64) return 0.0;
  const double rest = static_cast<double>((passed % half_life).count());
  const double whole = 1.0 / static_cast<double>(std::uint64_t{1} << halvings);
  return whole * (1.0 - rest / (2.0 * static_cast<double>(half_life.count())));
}

}  // namespace agent
