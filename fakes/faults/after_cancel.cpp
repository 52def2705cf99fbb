#include "fakes/faults/after_cancel.hpp"

#include "fakes/faults/strike.hpp"

namespace fakes {

world::Task<void> strike(AfterCancel, Exchange& x) {
  const std::int64_t units = x.answer.units();
  const world::Instant due = x.begun() + x.timing.to_last_token(units);
  co_await answer_normally(x);
  x.settle_record();
  if (x.record.end != End::peer_gone) {
    x.had_effect = false;  // the client stayed
    co_return;
  }
  co_await x.wait_until(due);
  x.record.tokens_for_nobody = units - x.record.tokens;
  x.record.end = End::faulted;
}

}  // namespace fakes
