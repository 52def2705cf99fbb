#include "fakes/faults/strike.hpp"

namespace fakes {

// New connections meet the closed port (see Gate). On one that was open already, the host of a
// crashed server answers with a reset.
world::Task<void> strike(Refuse, Exchange& x) {
  x.connection.reset();
  co_return;
}

}  // namespace fakes
