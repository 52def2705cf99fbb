#include "fakes/faults/stream_error.hpp"

#include <algorithm>

#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"

namespace fakes {

world::Task<void> strike(StreamError fault, Exchange& x) {
  StreamWriter writer(x);
  const std::int64_t before = std::min(fault.after_events, writer.events() - 1);
  bool alive = co_await writer.write_until(before);
  if (!alive) co_return;
  const Refusal refusal =
      x.dialect.refusal_of(fault.status == 0 ? x.dialect.overload_status() : fault.status);
  x.body.clear();
  x.dialect.write_stream_error(x.body, refusal, before);
  world::write_chunk(x.out, x.body);
  alive = co_await writer.write_end();
  static_cast<void>(alive);  // the record says so
}

}  // namespace fakes
