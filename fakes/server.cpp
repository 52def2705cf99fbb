#include "fakes/server.hpp"

#include <algorithm>

namespace fakes {

Server::Server(world::Clock& clock, world::Network& network, ServerConfig config,
               Journal::Sink sink)
    : clock_(clock),
      network_(network),
      config_(std::move(config)),
      faults_(config_.faults, world::Random(config_.seed)),
      journal_(std::move(sink)) {}

world::Result<Port*> Server::open_port(const std::string& name, world::Endpoint on) {
  world::HttpLimits limits;
  limits.body_bytes_max = 0;
  world::TlsServer tls;
  bool with_tls = true;  // when all backends of the port want it
  for (const auto& [backend, config] : config_.backends) {
    if (!config_.one_port && backend != name) continue;
    limits.body_bytes_max = std::max(limits.body_bytes_max,
                                     static_cast<std::uint64_t>(config.body_bytes_max));
    tls.names.push_back(backend);
    with_tls = with_tls && config.tls;
  }
  auto listener = with_tls ? network_.listen(on, tls) : network_.listen(on);
  if (!listener) return listener.error();
  auto port = std::make_unique<Port>(clock_, network_, name, faults_, limits);
  ports_.push_back({std::move(port), std::move(*listener)});
  return ports_.back().port.get();
}

// A backend without a group is one of its own. Of one group the first has the limits.
RateLimiter* Server::limiter_of(const std::string& name, const Backend& config) {
  if (!config.limits.any()) return nullptr;
  const std::string& group = config.limits.group;
  const std::string key = group.empty() ? "backend " + name : "group " + group;
  return &limiters_.try_emplace(key, config.limits).first->second;
}

world::Result<void> Server::open() {
  std::uint16_t next = config_.listen.port;
  for (const std::string& name : names_in_order()) {
    const Backend& config = config_.backends.at(name);
    if (ports_.empty() || !config_.one_port) {
      world::Endpoint on = config_.listen;
      if (on.host.empty()) on.host = name;
      if (on.port != 0) on.port = next++;
      // Faults that name one backend cannot strike the connections of a port that all share.
      const world::Result<Port*> opened = open_port(config_.one_port ? std::string() : name, on);
      if (!opened) return opened.error();
    }
    FakeBackend::Parts parts{clock_, world::Random(config_.seed), name, config, faults_, journal_,
                             limiter_of(name, config)};
    auto backend = std::make_unique<FakeBackend>(std::move(parts));
    ports_.back().port->add(*backend);
    backends_[name] = std::move(backend);
    endpoints_[name] = ports_.back().listener->endpoint();
  }
  return {};
}

std::vector<const FakeBackend*> Server::in_order() const {
  std::vector<const FakeBackend*> found;
  for (const std::string& name : names_in_order()) found.push_back(backends_.at(name).get());
  return found;
}

const FakeBackend& Server::reached_at(const std::string& name,
                                      const world::HttpRequest& request) const {
  const std::vector<std::string> names = names_in_order();  // ports are opened in this order
  const auto place = std::find(names.begin(), names.end(), name) - names.begin();
  const Port& port = *ports_[config_.one_port ? 0 : static_cast<std::size_t>(place)].port;
  return *port.destination(request).backend;
}

std::vector<std::string> Server::names_in_order() const {
  std::vector<std::string> names;
  if (!config_.one_port) {
    for (const auto& [name, config] : config_.backends) names.push_back(name);
    return names;
  }
  for (const Dialect* dialect : kDialects) {
    for (const auto& [name, config] : config_.backends) {
      if (config.dialect == dialect->name()) names.push_back(name);
    }
  }
  return names;
}

std::int64_t Server::active() const {
  std::int64_t sum = 0;
  for (const auto& [name, backend] : backends_) sum += backend->active();
  return sum;
}

std::size_t Server::connections() const {
  std::size_t sum = 0;
  for (const Open& open : ports_) sum += open.port->connections();
  return sum;
}

Emission Server::emission() const {
  Emission sum;
  for (const auto& [name, backend] : backends_) sum.merge(backend->emission());
  return sum;
}

bool Server::reset(const std::vector<Fault>& faults) {
  for (const auto& [name, backend] : backends_) backend->forget();
  for (auto& [group, limiter] : limiters_) limiter = RateLimiter(limiter.limits());
  // Rows are for good: what is in force already takes no further ones.
  std::size_t in_force = 0;
  for (std::size_t i = 0; i < faults_.faults().size(); ++i) in_force += faults_.ended(i) ? 0 : 1;
  const bool same = in_force == faults.size() &&
                    std::all_of(faults.begin(), faults.end(),
                                [this](const Fault& fault) { return !faults_.ended(fault.row); });
  const bool taken = same || faults_.replace(faults, clock_.now());
  faults_.reset_counts();
  return taken;
}

void Server::set_aside(const Port::Aside& aside) {
  for (Open& open : ports_) open.port->set_aside(aside);
}

world::Task<void> Server::serve() {
  world::Scope scope(clock_);
  for (Open& open : ports_) scope.spawn(open.port->serve(*open.listener));
  co_await scope.join();
}

}  // namespace fakes
