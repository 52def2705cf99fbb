#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(Reuse fault, Exchange& x) {
  if (fault.end == ReuseEnd::rst) x.connection.reset();
  x.connection.close_after();
  co_return;
}

}  // namespace fakes
