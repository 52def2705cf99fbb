// RealNetwork: TCP over Asio, on one RealClock's loop. Listens only where it is told, by default on
// loopback. TCP_NODELAY is on: a token must leave when it is due.
#pragma once

#include "world/network.hpp"
#include "world/real_clock.hpp"

namespace world {

class RealNetwork final : public Network {
 public:
  explicit RealNetwork(RealClock& clock) : clock_(clock) {}

  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to) override;
  Result<std::unique_ptr<Listener>> listen(Endpoint on) override;

 private:
  RealClock& clock_;
};

// The limit on open descriptors, raised to the hard limit. For the validity of a live run.
std::uint64_t raise_descriptor_limit();

}  // namespace world
