#include <algorithm>

#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"

namespace fakes {

// After the silence the rest keeps its pace: what stalled is the model, not the network.
world::Task<void> strike(Stall fault, Exchange& x) {
  StreamWriter writer(x);
  bool alive = co_await writer.write_until(std::min(fault.after_events, writer.events() - 1));
  if (!alive) co_return;
  if (!fault.duration) {
    co_await x.stay_silent();
    co_return;
  }
  alive = co_await x.stay_silent_for(*fault.duration);
  if (!alive) co_return;
  writer.delay(*fault.duration);
  alive = co_await writer.write_until(writer.events());
  if (alive) alive = co_await writer.write_end();
  if (alive) x.record.end = End::completed;
}

}  // namespace fakes
