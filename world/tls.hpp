// TLS, as the Network port offers it: what a client asks and verifies, what a listener shows, and
// how its handshakes go. Plain data, and the door of a listener, whose manner can change while it
// serves. In live it is OpenSSL (real_tls), in sim it is symbolic (sim_tls): same streams, same
// outcomes, same round trips, but nothing is encrypted. One clock.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace world {

enum class Certificate : std::uint8_t {
  good,         // for the listener's names, signed by the network's authority
  expired,      // as good, but its time is over
  wrong_host,   // for another name
  self_signed,  // vouched for by nobody but itself
  unknown_ca,   // signed by an authority that nobody trusts
};

enum class Handshake : std::uint8_t {
  complete,
  stall,  // the client's hello is read, and nothing is ever answered
  reset,  // the client's hello is answered by a reset
};

struct TlsManner {
  Certificate certificate = Certificate::good;
  Handshake handshake = Handshake::complete;

  friend bool operator==(const TlsManner&, const TlsManner&) = default;
};

struct TlsClient {
  std::string server_name;  // that the certificate must be for; empty: the endpoint's host
  bool verify = true;
  std::string ca_pem;  // who is trusted; empty: whom the system trusts (in sim nobody)

  friend bool operator==(const TlsClient&, const TlsClient&) = default;
};

struct TlsServer {
  std::vector<std::string> names;  // besides localhost, 127.0.0.1 and ::1
  TlsManner manner;
};

class TlsSession;

// What a listener with TLS does to handshakes. A handshake goes the way that is set when the
// client's first bytes are read; connections that have theirs behind them are left alone.
class TlsDoor {
 public:
  virtual ~TlsDoor() = default;

  void present(TlsManner manner) { manner_ = manner; }

  // Handshakes since the start that met another manner than the default.
  std::uint64_t spoilt() const { return spoilt_; }

 protected:
  explicit TlsDoor(TlsManner manner) : manner_(manner) {}

 private:
  friend class TlsStream;
  virtual std::unique_ptr<TlsSession> begin(Certificate certificate) = 0;
  TlsManner next() {
    if (manner_ != TlsManner{}) ++spoilt_;
    return manner_;
  }

  TlsManner manner_;
  std::uint64_t spoilt_ = 0;
};

}  // namespace world
