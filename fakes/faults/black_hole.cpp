#include "fakes/faults/strike.hpp"

namespace fakes {

// New connections get no answer (see Gate). On one that was open already nothing is heard either.
world::Task<void> strike(BlackHole, Exchange& x) { co_await x.stay_silent(); }

}  // namespace fakes
