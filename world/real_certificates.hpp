// Certificates for the listeners of this process, made in memory (EC P-256). For world/real_tls.cpp
// only. A set is made at once and never changes; any thread may read it.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "world/tls.hpp"

namespace world {

struct OpenSslDelete {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, OpenSslDelete>;
using X509Certificate = std::unique_ptr<X509, OpenSslDelete>;

struct Identity {
  Key key;
  X509Certificate certificate;
};

// The authority of this process.
const Identity& authority();

// A certificate of the given kind for localhost, 127.0.0.1, ::1 and these names.
Identity make_identity(Certificate kind, const std::vector<std::string>& names);

std::string pem_of(const X509& certificate);

}  // namespace world
