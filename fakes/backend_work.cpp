// The model's work on an answer, of a backend that can have too much of it: refusals by overload, a
// slot or a place in the line, a warm model.
#include "fakes/backend.hpp"

namespace fakes {

using world::Task;

namespace {

// While it lives the model is in use, and so stays loaded.
class Warmed {
 public:
  Warmed(Warmth& warmth, const Exchange& x)
      : loading(warmth.begin(x.now())), warmth_(warmth), x_(x) {}
  ~Warmed() { warmth_.end(x_.now()); }
  Warmed(const Warmed&) = delete;
  Warmed& operator=(const Warmed&) = delete;

  const world::Nanos loading;

 private:
  Warmth& warmth_;
  const Exchange& x_;
};

Task<void> watch(world::HttpServerConnection& connection, Capacity::Place& place) {
  co_await connection.watch_for_close();
  place.give_up();
}

// False when the client left before its turn came.
Task<bool> wait_in_line(world::Clock& clock, world::HttpServerConnection& connection,
                        Capacity::Place& place, bool watched) {
  if (place.at_work()) co_return true;
  world::Scope scope(clock);
  if (watched) scope.spawn(watch(connection, place));
  std::exception_ptr ended;
  try {
    co_await place.wait();
  } catch (...) {
    ended = std::current_exception();
  }
  scope.cancel();
  co_await scope.join_anyway();
  if (ended) std::rethrow_exception(ended);
  co_return place.at_work();
}

}  // namespace

std::optional<Refusal> FakeBackend::overload(std::string& further_headers) const {
  if (active_ > parts_.config.max_concurrent) return dialect_.refusal_of(429);
  if (!capacity_ || !capacity_->overloaded()) return std::nullopt;
  const world::Nanos wait = capacity_->expected_wait();
  if (wait > world::Nanos{0}) dialect_.write_retry_after(further_headers, wait);
  return dialect_.refusal_of(dialect_.overload_status());
}

Task<void> FakeBackend::work(Exchange& x, const Fault* fault) {
  std::optional<Capacity::Place> place;
  world::Nanos reading = parts_.config.prefill * x.answer.prompt_tokens;
  if (capacity_) {
    const bool watched = parts_.config.scheduler.notices_gone;
    place.emplace(*capacity_);
    const bool has_slot = co_await wait_in_line(parts_.clock, x.connection, *place, watched);
    if (!has_slot) {
      if (fault != nullptr) parts_.faults.take_back(*fault);
      x.record.end = End::peer_gone;
      x.connection.reset();
      co_return;
    }
    x.begin(capacity_->pace(), watched);
    reading = capacity_->read_prompt(x.answer.prompt_tokens);
  }
  const Warmed warmed(warmth_, x);
  x.timing.set_lead(warmed.loading + reading);
  co_await answer_or_strike(x, fault);
}

}  // namespace fakes
