// TLS in sim: symbolic. Records are framed as TLS frames them and a handshake takes the round trip
// of TLS 1.3, but its messages are readable words, and nothing is encrypted: OpenSSL would bring
// randomness and time of its own. Who verifies what, and which alert follows, is as in life.
#pragma once

#include <memory>
#include <string_view>

#include "world/tls.hpp"

namespace world {

// What a client must trust (TlsClient::ca_pem) to verify a good certificate.
constexpr std::string_view kSimAuthority = "the authority of the simulated network\n";

std::unique_ptr<TlsSession> sim_tls_client(TlsClient tls);
std::shared_ptr<TlsDoor> sim_tls_door(TlsServer tls);

}  // namespace world
