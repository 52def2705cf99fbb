#include <algorithm>

#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"

namespace fakes {

world::Task<void> strike(Cut fault, Exchange& x) {
  StreamWriter writer(x);
  const bool alive = co_await writer.write_until(std::min(fault.after_events, writer.events() - 1));
  if (!alive) co_return;
  if (fault.end == CutEnd::rst) {
    x.connection.reset();
  } else {
    x.connection.close_after();  // without the last chunk: the body has no end
  }
}

}  // namespace fakes
