#include "fakes/faults/endless.hpp"

#include "fakes/faults/edited.hpp"
#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"

namespace fakes {
namespace {

// The number of events up to the last unit.
std::int64_t events_to_last_unit(const Exchange& x) {
  std::int64_t behind = x.dialect.events_at(x.answer, Stage::end, 0);
  if (x.answer.parts() > 0) {
    behind += x.dialect.events_at(x.answer, Stage::close, x.answer.parts() - 1);
  }
  return events_of(x.dialect, x.answer) - behind;
}

}  // namespace

world::Task<void> strike(Endless fault, Exchange& x) {
  std::string again = fault.how == EndlessHow::pings
                          ? "event: ping\ndata: {\"type\": \"ping\"}\n\n"
                          : ": ping\n\n";
  StreamWriter writer(x);
  std::int64_t number = 0;
  writer.on_event([&](std::string& bytes, const Place& place, std::int64_t n) {
    if (place.stage == Stage::unit) again = bytes;
    number = n;
  });
  const std::int64_t until = fault.how == EndlessHow::tokens ? events_to_last_unit(x) : 0;
  bool alive = co_await writer.write_until(until);
  while (alive) {
    renumber(again, ++number);
    world::write_chunk(x.out, again);
    alive = co_await x.send_now();
    if (alive && fault.how == EndlessHow::tokens) ++x.record.tokens;
    if (alive) alive = co_await x.stay_silent_for(fault.every);
  }
}

}  // namespace fakes
