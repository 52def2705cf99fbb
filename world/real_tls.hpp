// TLS by OpenSSL, for world/real_network.cpp: sessions for clients and listeners. Certificates are
// made in memory when they are first needed (EC P-256), by an authority of this process. No file
// is read, except the system's roots by OpenSSL itself.
#pragma once

#include <map>

#include "world/tls.hpp"

namespace world {

// The authority's certificate. Any thread.
std::string real_tls_ca_pem();

std::shared_ptr<TlsDoor> real_tls_door(TlsServer tls);

// Begins sessions of clients; what they trust is read once. One thread.
class RealTlsClients {
 public:
  std::unique_ptr<TlsSession> begin(const TlsClient& tls);

 private:
  static constexpr std::size_t kContextsMax = 16;
  std::map<std::string, std::shared_ptr<void>> contexts_;  // by what is trusted
};

}  // namespace world
