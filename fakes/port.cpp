#include "fakes/port.hpp"

#include <algorithm>

#include "world/deadline.hpp"

namespace fakes {

using world::Failure;
using world::HttpRequest;
using world::Instant;
using world::Nanos;
using world::Result;
using world::Task;

namespace {
constexpr int kRoomAtOnce = 64;  // idle connections that make room together
}  // namespace

Port::Port(world::Clock& clock, world::Network& network, std::string name, FaultSchedule& faults,
           world::HttpLimits limits)
    : clock_(clock),
      name_(std::move(name)),
      faults_(faults),
      limits_(limits),
      gate_(clock, network, faults, name_,
            [this](const Fault& fault) { strike_established(fault); }) {}

Task<void> Port::serve(world::Listener& listener) {
  world::Scope scope(clock_);
  scope.spawn(gate_.keep(listener));
  std::exception_ptr ended;
  try {
    for (;;) {
      Result<std::unique_ptr<world::Stream>> stream = co_await listener.accept();
      if (!stream) {
        for (int n = 0; n < kRoomAtOnce && make_room(); ++n) continue;  // out of descriptors
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
  e.struck = decide(e, Moment::accepted, {});
  if (e.struck != nullptr) {
    co_await strike_accepted(e);
    co_return;
  }
  e.connection.on_expect([this, &e] { return decide(e, Moment::expect, {}) == nullptr; });
  while (e.connection.keep_alive()) {
    const bool coming = co_await await_request(e);
    if (!coming) co_return;
    Result<HttpRequest> request = co_await e.connection.read_request();
    if (!request) {
      co_await refuse_bytes(e, request.error());
      co_return;
    }
    ++e.requests;
    co_await handle(e, std::move(*request));
  }
}

Task<void> Port::refuse_bytes(Established& e, Failure failure) {
  const bool heard = failure == Failure::malformed || failure == Failure::too_large;
  if (heard) co_await backends_.front()->refuse_bytes(e, failure);
}

Task<void> Port::strike_accepted(Established& e) {
  const Accept* accept = std::get_if<Accept>(&e.struck->action);
  if (accept != nullptr && accept->then == AcceptThen::close) co_return;
  const bool silent = accept != nullptr ? accept->then == AcceptThen::silence
                                        : std::holds_alternative<BlackHole>(e.struck->action);
  if (silent) co_await e.connection.wait_for_close();
  e.connection.reset();
}

Task<bool> Port::await_request(Established& e) {
  const Instant since = clock_.now();
  const Result<void> coming = co_await listen_until_idle_ends(e, since);
  if (e.struck != nullptr) co_return false;
  if (!coming) {
    co_await refuse_bytes(e, coming.error());
    co_return false;
  }
  const Fault* fault = decide(e, Moment::reading, clock_.now() - since);
  if (fault == nullptr) co_return true;
  if (const StopReading* stop = std::get_if<StopReading>(&fault->action)) {
    co_await clock_.sleep(stop->duration);
    co_return true;
  }
  e.struck = fault;  // idle for too long: nobody hears any more
  co_await e.connection.wait_for_close();
  co_return false;
}

// The connection is struck when one of the idle times has passed and its fault is in force then.
Task<Result<void>> Port::listen_until_idle_ends(Established& e, Instant since) {
  Nanos idle = next_idle(Nanos{-1});
  while (idle != Nanos::max() && e.requests > 0) {
    Task<Result<void>> listening = e.connection.wait_for_request();
    auto waiting = world::with_deadline(clock_, since + idle, std::move(listening));
    std::optional<Result<void>> coming = co_await waiting;
    if (coming) co_return std::move(*coming);
    e.struck = decide(e, Moment::idle, idle);
    if (e.struck != nullptr) {
      if (std::get<Idle>(e.struck->action).then == IdleThen::rst) e.connection.reset();
      co_return Result<void>(Failure::closed);
    }
    idle = next_idle(idle);
  }
  co_return co_await e.connection.wait_for_request();
}

// The least time after which a fault ends an idle connection, beyond one that has passed.
Nanos Port::next_idle(Nanos beyond) const {
  Nanos least = Nanos::max();
  for (const Fault* fault : faults_.connection_faults(name_)) {
    const Idle* idle = std::get_if<Idle>(&fault->action);
    const bool ends = idle != nullptr && idle->then != IdleThen::silence;
    if (ends && idle->after > beyond) least = std::min(least, idle->after);
  }
  return least;
}

const Fault* Port::decide(const Established& e, Moment moment, Nanos idle) {
  ConnectionFacts facts;
  facts.moment = moment;
  facts.requests = e.requests;
  facts.idle = idle;
  facts.others = active();
  return faults_.decide_connection(clock_.now(), name_, e.ordinal, facts);
}

Task<void> Port::handle(Established& e, world::HttpRequest request) {
  if (aside_) {
    Task<bool> answering = aside_(e, request);
    const bool answered = co_await answering;
    if (answered) co_return;
  }
  const Destination to = destination(request);
  request.target.erase(0, to.prefix);
  co_await to.backend->handle(e, std::move(request));
}

Port::Destination Port::destination(const HttpRequest& request) const {
  FakeBackend* first = nullptr;
  for (FakeBackend* backend : backends_) {
    if (!backend->knows(request)) continue;
    if (backend->dialect().is_client(request.headers)) return {backend};
    if (first == nullptr) first = backend;
  }
  if (first != nullptr) return {first};
  for (FakeBackend* backend : backends_) {
    const std::string& name = backend->name();
    const std::string_view path = request.path();
    const bool prefixed = path.size() > name.size() + 1 && path.front() == '/' &&
                          path.substr(1).starts_with(name) && path[name.size() + 1] == '/';
    if (prefixed) return {backend, name.size() + 1};
  }
  return {backends_.front()};
}

std::int64_t Port::active() const {
  std::int64_t sum = 0;
  for (const FakeBackend* backend : backends_) sum += backend->active();
  return sum;
}

void Port::strike_established(const Fault& fault) {
  const bool before_connecting = std::holds_alternative<Dns>(fault.action) ||
                                 std::holds_alternative<Tls>(fault.action);
  if (before_connecting) return renew_connections();
  const bool refused = std::holds_alternative<Refuse>(fault.action);
  for (Established& e : established_) {
    if (!refused && !e.busy) continue;  // a silent idle connection shows when it is used
    e.struck = &fault;
    faults_.count_fired(fault);
    if (refused) e.connection.reset();
  }
}

// Ends them gracefully, after their answers, as a server that is loaded anew: a client that keeps
// its connections for ever would never meet what goes wrong before one.
void Port::renew_connections() {
  for (Established& e : established_) {
    e.connection.close_after();
    if (!e.busy && e.requests > 0) e.connection.stream().finish_sending();
  }
}

}  // namespace fakes
