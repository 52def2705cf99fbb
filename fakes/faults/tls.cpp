#include "fakes/faults/tls.hpp"

#include "fakes/faults/strike.hpp"

namespace fakes {

world::TlsManner manner_of(const Tls& fault) {
  using world::Certificate;
  using world::Handshake;
  switch (fault.how) {
    case TlsHow::handshake_stall: return {Certificate::good, Handshake::stall};
    case TlsHow::handshake_reset: return {Certificate::good, Handshake::reset};
    case TlsHow::expired: return {Certificate::expired, Handshake::complete};
    case TlsHow::wrong_host: return {Certificate::wrong_host, Handshake::complete};
    case TlsHow::self_signed: return {Certificate::self_signed, Handshake::complete};
    case TlsHow::unknown_ca: return {Certificate::unknown_ca, Handshake::complete};
  }
  return {};
}

// The listener does it, as the gate says; who sends requests has the handshake behind it.
world::Task<void> strike(Tls, Exchange& x) { co_await answer_normally(x); }

}  // namespace fakes
