#include "fakes/port.hpp"

#include <algorithm>

namespace fakes {

using world::Result;
using world::Task;

Port::Port(world::Clock& clock, std::string name, FaultSchedule& faults, world::HttpLimits limits)
    : clock_(clock),
      name_(std::move(name)),
      faults_(faults),
      limits_(limits),
      gate_(clock, faults, name_, [this](const Fault& fault) { strike_established(fault); }) {}

Task<void> Port::serve(world::Listener& listener) {
  world::Scope scope(clock_);
  scope.spawn(gate_.keep(listener));
  std::exception_ptr ended;
  try {
    for (;;) {
      Result<std::unique_ptr<world::Stream>> stream = co_await listener.accept();
      if (!stream) {
        make_room();  // out of descriptors
        co_await clock_.sleep(std::chrono::milliseconds(10));
        continue;
      }
      if (established_.size() >= kConnectionsMax && !make_room()) {
        (*stream)->reset();
        continue;
      }
      scope.spawn(serve_connection(std::move(*stream)));
    }
  } catch (...) {
    ended = std::current_exception();
  }
  scope.cancel();
  co_await scope.join_anyway();
  std::rethrow_exception(ended);
}

// Resets the oldest connection on which nothing is being answered: whoever opens connections and
// then says nothing must not keep the others out. False: all are busy.
bool Port::make_room() {
  const auto idle = std::find_if(established_.begin(), established_.end(), [](Established& e) {
    return !e.busy && e.connection.keep_alive();
  });
  if (idle == established_.end()) return false;
  idle->connection.reset();
  return true;
}

Task<void> Port::serve_connection(std::unique_ptr<world::Stream> stream) {
  established_.emplace_back(clock_, std::move(stream), limits_);
  const auto place = std::prev(established_.end());
  place->port = name_;
  place->ordinal = connections_++;
  std::exception_ptr ended;
  try {
    co_await serve_requests(*place);
  } catch (...) {
    ended = std::current_exception();
  }
  established_.erase(place);
  if (ended) std::rethrow_exception(ended);
}

Task<void> Port::serve_requests(Established& e) {
  e.struck = faults_.decide_connection(clock_.now(), name_, e.ordinal, active());
  if (e.struck != nullptr) {
    if (std::holds_alternative<BlackHole>(e.struck->action)) co_await e.connection.wait_for_close();
    e.connection.reset();
    co_return;
  }
  while (e.connection.keep_alive()) {
    Result<world::HttpRequest> request = co_await e.connection.read_request();
    if (!request) {
      const world::Failure failure = request.error();
      if (failure == world::Failure::malformed || failure == world::Failure::too_large) {
        co_await backends_.front()->refuse_bytes(e, failure);
      }
      co_return;
    }
    ++e.requests;
    co_await handle(e, std::move(*request));
  }
}

Task<void> Port::handle(Established& e, world::HttpRequest request) {
  if (aside_) {
    Task<bool> answering = aside_(e, request);
    const bool answered = co_await answering;
    if (answered) co_return;
  }
  FakeBackend& backend = backend_for(request);
  co_await backend.handle(e, std::move(request));
}

FakeBackend& Port::backend_for(world::HttpRequest& request) {
  for (FakeBackend* backend : backends_) {
    const std::string prefix = "/" + backend->name() + "/";
    if (!request.target.starts_with(prefix)) continue;
    request.target.erase(0, prefix.size() - 1);
    return *backend;
  }
  for (FakeBackend* backend : backends_) {
    if (backend->knows(request)) return *backend;
  }
  return *backends_.front();
}

std::int64_t Port::active() const {
  std::int64_t sum = 0;
  for (const FakeBackend* backend : backends_) sum += backend->active();
  return sum;
}

void Port::strike_established(const Fault& fault) {
  const bool refused = std::holds_alternative<Refuse>(fault.action);
  for (Established& e : established_) {
    if (!refused && !e.busy) continue;  // a silent idle connection shows when it is used
    e.struck = &fault;
    faults_.count_fired(fault);
    if (refused) e.connection.reset();
  }
}

}  // namespace fakes
