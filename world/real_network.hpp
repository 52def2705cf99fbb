// RealNetwork: TCP over Asio, on one RealClock's loop. Listens only where it is told, by default on
// loopback. TCP_NODELAY is on: a token must leave when it is due.
#pragma once

#include "world/network.hpp"
#include "world/real_clock.hpp"
#include "world/real_tls.hpp"

namespace world {

class RealNetwork final : public Network {
 public:
  explicit RealNetwork(RealClock& clock) : clock_(clock) {}

  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to) override;
  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, TlsClient tls) override;
  Result<std::unique_ptr<Listener>> listen(Endpoint on) override;
  Result<std::unique_ptr<Listener>> listen(Endpoint on, TlsServer tls) override;
  std::string tls_ca_pem() const override;
  void name(const std::string& host, NameOutcome outcome, Nanos late) override;
  std::uint64_t misnamed(const std::string&) const override { return 0; }

 private:
  Result<std::unique_ptr<Listener>> listen_behind(Endpoint on, std::shared_ptr<TlsDoor> door);

  RealClock& clock_;
  RealTlsClients tls_clients_;
};

// The limit on open descriptors, raised to the hard limit. For the validity of a live run.
std::uint64_t raise_descriptor_limit();

}  // namespace world
