#include "fakes/faults/strike.hpp"
#include "world/deadline.hpp"

namespace fakes {

namespace {

world::Task<bool> answer(Exchange& x) {
  co_await answer_normally(x);
  co_return true;
}

world::Task<void> answer_until(Disconnect fault, Exchange& x) {
  if (fault.after_bytes) {
    x.shape.emplace();
    x.shape->limit = *fault.after_bytes;
  }
  if (!fault.after) {
    co_await answer_normally(x);
    co_return;
  }
  const world::Instant end = x.record.at + *fault.after;
  world::Task<bool> answering = answer(x);
  auto waiting = world::with_deadline(x.clock(), end, std::move(answering));
  const std::optional<bool> answered = co_await waiting;
  static_cast<void>(answered);  // broken off, or whole and then the connection ends in its time
  if (x.record.end == End::completed) co_await x.wait_until(end);
}

}  // namespace

world::Task<void> strike(Disconnect fault, Exchange& x) {
  if (fault.after || fault.after_bytes.value_or(0) > 0) co_await answer_until(fault, x);
  x.connection.close_after();
  if (fault.end == DisconnectEnd::rst) x.connection.reset();
  if (fault.end != DisconnectEnd::half_close) co_return;
  x.connection.stream().finish_sending();
  co_await x.stay_silent();
}

}  // namespace fakes
