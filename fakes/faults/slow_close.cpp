#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"

namespace fakes {

world::Task<void> strike(SlowClose fault, Exchange& x) {
  x.connection.close_after();  // before the head, which says so
  bool sent = true;
  if (x.record.stream) {
    StreamWriter writer(x);
    writer.without_chunks();
    sent = co_await writer.write_until(writer.events());
  } else {
    const world::Instant due = co_await await_plain(x);
    x.add_head(200, "application/json", {});
    x.out += x.body;
    sent = co_await x.send(due);
    if (sent) x.record.tokens = x.answer.units();
  }
  if (!sent) co_return;
  const bool still_there = co_await x.stay_silent_for(fault.duration);
  if (still_there) x.record.end = End::completed;
}

}  // namespace fakes
