#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(SlowHeaders fault, Exchange& x) {
  Shape shape;
  shape.slice = fault.bytes;
  shape.gap = fault.gap;
  shape.only_head = true;
  x.shape = shape;
  co_await answer_normally(x);
}

}  // namespace fakes
