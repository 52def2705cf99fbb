#include "fakes/server.hpp"

namespace fakes {

Server::Server(world::Clock& clock, world::Network& network, ServerConfig config,
               Journal::Sink sink)
    : clock_(clock),
      network_(network),
      config_(std::move(config)),
      faults_(config_.faults, world::Random(config_.seed)),
      journal_(std::move(sink)) {}

world::Result<void> Server::open() {
  std::uint16_t next = config_.listen.port;
  for (const auto& [name, backend] : config_.backends) {
    world::Endpoint on = config_.listen;
    if (on.host.empty()) on.host = name;
    if (on.port != 0) on.port = next++;
    world::Result<std::unique_ptr<world::Listener>> listener = network_.listen(on);
    if (!listener) return listener.error();
    FakeBackend::Parts parts{clock_, world::Random(config_.seed), name, backend, faults_, journal_};
    ports_[name] =
        std::unique_ptr<Port>(new Port{FakeBackend(std::move(parts)), std::move(*listener)});
  }
  return {};
}

std::map<std::string, world::Endpoint> Server::endpoints() const {
  std::map<std::string, world::Endpoint> found;
  for (const auto& [name, port] : ports_) found[name] = port->listener->endpoint();
  return found;
}

world::Task<void> Server::serve() {
  world::Scope scope(clock_);
  for (auto& [name, port] : ports_) scope.spawn(port->backend.serve(*port->listener));
  co_await scope.join();
}

}  // namespace fakes
