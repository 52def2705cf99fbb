#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(Hang fault, Exchange& x) {
  if (!fault.duration) {
    co_await x.stay_silent();
    co_return;
  }
  const bool still_there = co_await x.stay_silent_for(*fault.duration);
  if (still_there) co_await answer_normally(x);
}

}  // namespace fakes
