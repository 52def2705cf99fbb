#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(Network fault, Exchange& x) {
  x.timing.lengthen(fault.latency, fault.jitter);
  if (fault.bytes_per_second > 0 || fault.slice > 0 || fault.limit) {
    Shape shape;
    shape.bytes_per_second = fault.bytes_per_second;
    shape.burst = fault.burst;
    shape.slice = fault.slice;
    if (fault.slice > 0) shape.gap = fault.gap;
    shape.limit = fault.limit.value_or(Shape::kNoLimit);
    x.shape = shape;
  }
  co_await answer_normally(x);
  if (!fault.limit) co_return;
  x.connection.close_after();
  const bool stalled = fault.then == AtLimit::silence && x.record.end == End::faulted;
  if (stalled) co_await x.stay_silent();
}

}  // namespace fakes
