// SimNetwork: byte streams in memory and in virtual time. Each direction of a connection is a pipe
// with latency, bandwidth, segments and a window (backpressure); bytes arrive in order. Hosts are
// names, which may not be found; a host can be cut off and healed. Every byte that is read is
// folded into the clock's digest.
#pragma once

#include <map>
#include <set>

#include "world/network.hpp"
#include "world/sim_clock.hpp"

namespace world {

struct Link {
  Nanos latency{25'000};               // one way
  std::int64_t bytes_per_second = 0;   // 0: unlimited
  std::size_t segment_bytes = 65'536;  // a read never returns more than one segment
  std::size_t window_bytes = 262'144;  // unread bytes after which a writer waits
};

class SimListener;
struct SimConnection;

class SimNetwork final : public Network {
 public:
  explicit SimNetwork(SimClock& clock, Link link = {}) : clock_(clock), link_(link) {}

  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to) override;
  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, TlsClient tls) override;
  Result<std::unique_ptr<Listener>> listen(Endpoint on) override;
  Result<std::unique_ptr<Listener>> listen(Endpoint on, TlsServer tls) override;
  std::string tls_ca_pem() const override;
  void name(const std::string& host, NameOutcome outcome, Nanos late) override;
  std::uint64_t misnamed(const std::string& host) const override;

  // The link of connections made from now on to a host (all hosts without one use the default).
  void set_link(const std::string& host, Link link) { links_[host] = link; }

  // Cuts a host off: attempts hang, and bytes stay on the way until it is healed.
  void cut(const std::string& host) { cut_.insert(host); }
  void heal(const std::string& host);
  bool is_cut(const std::string& host) const { return !cut_.empty() && cut_.contains(host); }

 private:
  friend class SimListener;
  struct Name {
    NameOutcome outcome = NameOutcome::found;
    Nanos late{0};
    std::uint64_t misnamed = 0;
  };
  // Completes when the host's address is known. Fails with unresolved.
  Task<Result<void>> resolve(std::string host);
  Result<std::unique_ptr<Listener>> listen_behind(Endpoint on, std::shared_ptr<TlsDoor> door);
  Link link_to(const std::string& host) const;
  void remember(const std::shared_ptr<SimConnection>& connection);

  static constexpr std::uint16_t kFirstFreePort = 40'000;
  // As Linux does: an unanswered attempt is repeated after 1, 2, 4, ... s, and fails after six
  // times.
  static constexpr Nanos kSynPause{1'000'000'000};
  static constexpr int kSynRetries = 6;
  static constexpr std::size_t kBacklogMax = 4'096;
  static constexpr std::size_t kForgetAtLeast = 1'024;

  SimClock& clock_;
  Link link_;
  std::map<std::string, Link> links_;
  std::map<Endpoint, SimListener*> listeners_;
  std::set<std::string> known_hosts_{"127.0.0.1"};
  std::map<std::string, Name> names_;
  std::set<std::string> cut_;
  std::vector<std::weak_ptr<SimConnection>> connections_;  // to be woken by a heal
  std::size_t forget_at_ = kForgetAtLeast;
  std::uint16_t next_port_ = kFirstFreePort;
};

}  // namespace world
