// Port: one address that listens for one backend or several. It accepts connections, meets the
// faults that strike connections, reads requests, and hands each to the backend that it is for: the
// one whose name is the path's first segment, or else the first that knows the path.
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
  Port(world::Clock& clock, std::string name, FaultSchedule& faults, world::HttpLimits limits);
  Port(const Port&) = delete;

  // At least one, before serve().
  void add(FakeBackend& backend) { backends_.push_back(&backend); }

  // Answers requests that are for no backend, as a control API does. True: it has answered.
  using Aside = std::function<world::Task<bool>(Established&, const world::HttpRequest&)>;
  void set_aside(Aside aside) { aside_ = std::move(aside); }

  // Serves until cancelled. One call at a time.
  world::Task<void> serve(world::Listener& listener);

  std::size_t connections() const { return established_.size(); }
  std::int64_t active() const;  // requests being answered, at all its backends

  static constexpr std::size_t kConnectionsMax = 50'000;  // then the oldest idle one is reset

 private:
  world::Task<void> serve_connection(std::unique_ptr<world::Stream> stream);
  world::Task<void> serve_requests(Established& established);
  world::Task<void> handle(Established& established, world::HttpRequest request);
  FakeBackend& backend_for(world::HttpRequest& request);
  void strike_established(const Fault& fault);
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
