// Several fake backends, each on its own port or all on one: what `shakedown fake` serves, and what
// a run puts behind the agent. Open the ports first, so that others can be told them; then serve.
// One clock; must outlive serve().
#pragma once

#include <map>

#include "fakes/port.hpp"

namespace fakes {

struct ServerConfig {
  std::map<std::string, Backend> backends;
  std::vector<Fault> faults;
  std::uint64_t seed = 1;
  // The first backend in order of name listens here and each further one on the next port; with
  // port 0 each takes a free one. An empty host: each listens on the host of its own name (in sim).
  world::Endpoint listen;
  bool one_port = false;  // all backends listen together: see Port
};

class Server {
 public:
  Server(world::Clock& clock, world::Network& network, ServerConfig config,
         Journal::Sink sink = {});

  // Opens all ports. Fails as Network::listen does.
  world::Result<void> open();

  // Where each backend listens, by name. After open().
  const std::map<std::string, world::Endpoint>& endpoints() const { return endpoints_; }

  // Serves all backends until cancelled. After open().
  world::Task<void> serve();

  const FaultSchedule& faults() const { return faults_; }
  FaultSchedule& faults() { return faults_; }  // to change them while it serves, on its clock
  const Journal& journal() const { return journal_; }
  const std::map<std::string, std::unique_ptr<FakeBackend>>& backends() const { return backends_; }
  // In the order in which a shared port asks them: by the table of dialects, then by name.
  std::vector<const FakeBackend*> in_order() const;
  // The backend that a request would reach at the port of this one. After open().
  const FakeBackend& reached_at(const std::string& name, const world::HttpRequest& request) const;
  std::int64_t active() const;      // requests that are being answered
  std::size_t connections() const;  // open ones
  Emission emission() const;        // of all backends

  // Forgets all turns, keys, stored answers and spent allowances; these faults come into force.
  // False, and other faults stay: the schedule has no rows left.
  bool reset(const std::vector<Fault>& faults);

  // See Port::Aside. After open().
  void set_aside(const Port::Aside& aside);

 private:
  struct Open {
    std::unique_ptr<Port> port;
    std::unique_ptr<world::Listener> listener;
  };

  std::vector<std::string> names_in_order() const;
  RateLimiter* limiter_of(const std::string& name, const Backend& config);
  world::Result<Port*> open_port(const std::string& name, world::Endpoint on);

  world::Clock& clock_;
  world::Network& network_;
  ServerConfig config_;
  FaultSchedule faults_;
  Journal journal_;
  std::map<std::string, RateLimiter> limiters_;  // by quota group
  std::map<std::string, std::unique_ptr<FakeBackend>> backends_;
  std::map<std::string, world::Endpoint> endpoints_;
  std::vector<Open> ports_;
};

}  // namespace fakes
