#include "fakes/faults/cold.hpp"

#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(Cold fault, Exchange& x) {
  x.had_effect = x.idle >= fault.idle;
  if (x.had_effect) {
    Slowness slowness;
    slowness.once = fault.load;
    x.timing.slow_down(slowness);
  }
  co_await answer_normally(x);
}

}  // namespace fakes
