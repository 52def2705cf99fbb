#include <algorithm>

#include "fakes/faults/strike.hpp"
#include "fakes/stream_writer.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

// False: the peer has gone, or will never hear more.
world::Task<bool> stay_silent(Hang fault, Exchange& x) {
  if (fault.duration) co_return co_await x.stay_silent_for(*fault.duration);
  co_await x.stay_silent();
  co_return false;
}

world::Task<void> hang_in_stream(Hang fault, Exchange& x) {
  StreamWriter writer(x);
  bool alive = co_await writer.write_until(0);
  if (alive) alive = co_await stay_silent(fault, x);
  if (!alive) co_return;
  writer.delay(*fault.duration);
  alive = co_await writer.write_until(writer.events());
  if (alive) alive = co_await writer.write_end();
  if (alive) x.record.end = End::completed;
}

// The head leaves when the first token would, the body when it is due and the silence is over.
world::Task<void> hang_before_body(Hang fault, Exchange& x) {
  const world::Instant first = x.begun() + x.timing.to_first_token();
  co_await x.wait_until(first);
  x.write_plain();
  std::string framing = "content-length: ";
  world::append_integer(framing, static_cast<std::int64_t>(x.body.size()));
  framing += "\r\n";
  x.add_head(200, "application/json", framing);
  bool alive = co_await x.send(first);
  if (alive) alive = co_await stay_silent(fault, x);
  if (!alive) co_return;
  const world::Instant due = co_await await_plain(x);
  x.out = x.body;
  alive = co_await x.send(std::max(due, first + *fault.duration));
  if (!alive) co_return;
  x.record.tokens = x.answer.units();
  x.record.end = End::completed;
}

}  // namespace

world::Task<void> strike(Hang fault, Exchange& x) {
  if (fault.after == HangAfter::headers) {
    if (x.record.stream) {
      co_await hang_in_stream(fault, x);
    } else {
      co_await hang_before_body(fault, x);
    }
    co_return;
  }
  const bool still_there = co_await stay_silent(fault, x);
  if (still_there) co_await answer_normally(x);
}

}  // namespace fakes
