#include "world/sim_network.hpp"

#include <algorithm>
#include <deque>

#include "world/signal.hpp"
#include "world/sim_stream.hpp"
#include "world/sim_tls.hpp"
#include "world/tls_stream.hpp"

namespace world {

std::string to_string(const Endpoint& endpoint) {
  return endpoint.host + ":" + std::to_string(endpoint.port);
}

class SimListener final : public Listener {
 public:
  SimListener(SimNetwork& network, Endpoint on, std::shared_ptr<TlsDoor> door)
      : network_(network),
        endpoint_(std::move(on)),
        door_(std::move(door)),
        arrived_(network.clock_) {}
  // Whoever was not accepted yet is reset.
  ~SimListener() override {
    network_.listeners_.erase(endpoint_);
    for (const auto& stream : backlog_) stream->reset();
  }

  Task<Result<std::unique_ptr<Stream>>> accept() override {
    while (backlog_.empty()) co_await arrived_.wait();
    std::unique_ptr<Stream> stream = std::move(backlog_.front());
    backlog_.pop_front();
    if (door_) stream = std::make_unique<TlsStream>(std::move(stream), door_);
    co_return Result<std::unique_ptr<Stream>>(std::move(stream));
  }
  void admit(Admission admission) override { admission_ = admission; }
  Endpoint endpoint() const override { return endpoint_; }
  TlsDoor* tls() override { return door_.get(); }
  std::uint64_t turned_away() const override { return turned_away_; }

  // A connection attempt reaches the host. A full backlog drops it, as a real one does.
  Admission offer(std::unique_ptr<Stream> server_side) {
    const bool full = backlog_.size() >= SimNetwork::kBacklogMax;
    const Admission admission = full ? Admission::black_hole : admission_;
    if (admission != Admission::open) {
      ++turned_away_;
      return admission;
    }
    backlog_.push_back(std::move(server_side));
    arrived_.notify_one();
    return admission;
  }

 private:
  SimNetwork& network_;
  Endpoint endpoint_;
  std::shared_ptr<TlsDoor> door_;  // null: plain
  Signal arrived_;
  std::deque<std::unique_ptr<Stream>> backlog_;
  Admission admission_ = Admission::open;
  std::uint64_t turned_away_ = 0;
};

Link SimNetwork::link_to(const std::string& host) const {
  const auto it = links_.find(host);
  return it == links_.end() ? link_ : it->second;
}

Task<Result<std::unique_ptr<Stream>>> SimNetwork::connect(Endpoint to) {
  using Connected = Result<std::unique_ptr<Stream>>;
  if (to.host == "localhost") to.host = "127.0.0.1";
  const Result<void> resolved = co_await resolve(to.host);
  if (!resolved) co_return Connected(resolved.error());
  const Link link = link_to(to.host);
  Nanos pause = kSynPause;
  for (int attempt = 0; attempt <= kSynRetries; ++attempt) {
    if (attempt > 0) {  // nothing answered: ask again, ever more slowly
      co_await clock_.sleep(pause);
      pause *= 2;
    }
    co_await clock_.sleep(link.latency);
    if (is_cut(to.host)) continue;
    const auto found = listeners_.find(to);
    if (found == listeners_.end()) {
      co_await clock_.sleep(link.latency);
      const bool known = known_hosts_.contains(to.host);
      co_return Connected(known ? Failure::refused : Failure::unreachable);
    }
    auto connection = std::make_shared<SimConnection>(*this, clock_, link, to.host);
    std::unique_ptr<Stream> client_side = sim_stream(connection, true);
    std::unique_ptr<Stream> server_side = sim_stream(connection, false);
    remember(connection);
    const Admission admission = found->second->offer(std::move(server_side));
    if (admission == Admission::black_hole) continue;
    co_await clock_.sleep(link.latency);
    if (admission == Admission::refuse) co_return Connected(Failure::refused);
    co_return Connected(std::move(client_side));
  }
  co_await clock_.sleep(pause);
  co_return Connected(Failure::timed_out);
}

Task<Result<std::unique_ptr<Stream>>> SimNetwork::connect(Endpoint to, TlsClient tls) {
  if (tls.server_name.empty()) tls.server_name = to.host;
  Result<std::unique_ptr<Stream>> plain = co_await connect(std::move(to));
  if (!plain) co_return plain;
  std::unique_ptr<TlsSession> session = sim_tls_client(std::move(tls));
  co_return co_await shake_hands(std::move(*plain), std::move(session));
}

Task<Result<void>> SimNetwork::resolve(std::string host) {
  using Resolved = Result<void>;
  const bool literal = host.find_first_not_of("0123456789.") == std::string::npos ||
                       host.find(':') != std::string::npos;
  if (literal) co_return Resolved(boost::system::in_place_value);
  if (const auto found = names_.find(host); found != names_.end()) {
    Name& name = found->second;
    const NameOutcome outcome = name.outcome;
    const Nanos late = name.late;
    if (outcome != NameOutcome::found) ++name.misnamed;
    if (outcome == NameOutcome::slow) co_await clock_.sleep(late);
    if (outcome == NameOutcome::timeout) co_await clock_.sleep(kNameTimeout);
    const bool comes = outcome == NameOutcome::found || outcome == NameOutcome::slow;
    if (!comes) co_return Resolved(Failure::unresolved);
  }
  if (!known_hosts_.contains(host)) co_return Resolved(Failure::unresolved);
  co_return Resolved(boost::system::in_place_value);
}

void SimNetwork::name(const std::string& host, NameOutcome outcome, Nanos late) {
  Name& name = names_[host];
  name.outcome = outcome;
  name.late = late;
}

std::uint64_t SimNetwork::misnamed(const std::string& host) const {
  const auto found = names_.find(host);
  return found == names_.end() ? 0 : found->second.misnamed;
}

std::string SimNetwork::tls_ca_pem() const { return std::string(kSimAuthority); }

Result<std::unique_ptr<Listener>> SimNetwork::listen(Endpoint on) {
  return listen_behind(std::move(on), nullptr);
}

Result<std::unique_ptr<Listener>> SimNetwork::listen(Endpoint on, TlsServer tls) {
  return listen_behind(std::move(on), sim_tls_door(std::move(tls)));
}

Result<std::unique_ptr<Listener>> SimNetwork::listen_behind(Endpoint on,
                                                            std::shared_ptr<TlsDoor> door) {
  if (on.host == "localhost") on.host = "127.0.0.1";
  if (on.port == 0) {
    while (listeners_.contains({on.host, next_port_})) ++next_port_;
    on.port = next_port_++;
  }
  if (listeners_.contains(on)) return Failure::unavailable;
  known_hosts_.insert(on.host);
  auto listener = std::make_unique<SimListener>(*this, on, std::move(door));
  listeners_[on] = listener.get();
  return Result<std::unique_ptr<Listener>>(std::move(listener));
}

void SimNetwork::heal(const std::string& host) {
  cut_.erase(host);
  for (const auto& weak : connections_) {
    const auto connection = weak.lock();
    if (!connection || connection->host != host) continue;
    for (Pipe& pipe : connection->pipes) {
      connection->wake_reader(pipe);
      connection->wake_writer(pipe);
    }
  }
}

void SimNetwork::remember(const std::shared_ptr<SimConnection>& connection) {
  if (connections_.size() >= forget_at_) {
    std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    forget_at_ = std::max<std::size_t>(kForgetAtLeast, 2 * connections_.size());
  }
  connections_.push_back(connection);
}

}  // namespace world
