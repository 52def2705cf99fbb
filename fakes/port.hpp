// Port: one address that listens for one backend or several. It accepts connections, meets the
// faults that strike connections, reads requests, and hands each to the backend that it is for.
// One clock; serve() must have ended before it dies.
#pragma once

#include <functional>
#include <list>
#include <vector>

#include "fakes/backend.hpp"
#include "fakes/exchange.hpp"
#include "fakes/gate.hpp"

namespace fakes {

class Port {
 public:
  // `name` is what connection faults name: the backend's, when the port is its own.
  Port(world::Clock& clock, world::Network& network, std::string name, FaultSchedule& faults,
       world::HttpLimits limits);
  Port(const Port&) = delete;

  // At least one, before serve().
  void add(FakeBackend& backend) { backends_.push_back(&backend); }

  // Answers requests that are for no backend, as a control API does. True: it has answered.
  using Aside = std::function<world::Task<bool>(Established&, const world::HttpRequest&)>;
  void set_aside(Aside aside) { aside_ = std::move(aside); }

  // Which backend a request is for, and how much its path has in front of what that one knows.
  struct Destination {
    FakeBackend* backend;
    std::size_t prefix = 0;  // bytes
  };

  // In this order: of the backends that know the path as it stands, the one whose client asks
  // (Dialect::is_client), or else the first; the one whose name is the path's first segment, which
  // is its prefix; the first of all, to refuse it.
  Destination destination(const world::HttpRequest& request) const;

  // Serves until cancelled. One call at a time.
  world::Task<void> serve(world::Listener& listener);

  std::size_t connections() const { return established_.size(); }
  std::int64_t active() const;  // requests being answered, at all its backends

  static constexpr std::size_t kConnectionsMax = 50'000;  // then the oldest idle one is reset

 private:
  world::Task<void> serve_connection(std::unique_ptr<world::Stream> stream);
  world::Task<void> serve_requests(Established& established);
  world::Task<void> strike_accepted(Established& established);
  // Until the first bytes of a request are there. False: the connection has ended.
  world::Task<bool> await_request(Established& established);
  world::Task<world::Result<void>> listen_until_idle_ends(Established& established,
                                                          world::Instant since);
  world::Task<void> refuse_bytes(Established& established, world::Failure failure);
  const Fault* decide(const Established& established, Moment moment, world::Nanos idle);
  world::Nanos next_idle(world::Nanos beyond) const;
  world::Task<void> handle(Established& established, world::HttpRequest request);
  void strike_established(const Fault& fault);
  void renew_connections();
  bool make_room();

  world::Clock& clock_;
  std::string name_;
  FaultSchedule& faults_;
  world::HttpLimits limits_;
  Gate gate_;
  std::vector<FakeBackend*> backends_;
  Aside aside_;
  std::list<Established> established_;  // in order of acceptance
  std::uint64_t connections_ = 0;
};

}  // namespace fakes
