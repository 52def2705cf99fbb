// Certificates for the listeners of this process, made in memory (EC P-256). For world/real_tls.cpp
// only. A set is made at once and never changes; any thread may read it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "world/tls.hpp"

struct evp_pkey_st;  // of OpenSSL, whose headers stay in .cpp files
struct x509_st;

namespace world {

using Key = std::shared_ptr<evp_pkey_st>;
using X509Certificate = std::shared_ptr<x509_st>;

struct Identity {
  Key key;
  X509Certificate certificate;
};

// The authority of this process.
const Identity& authority();

// A certificate of the given kind for localhost, 127.0.0.1, ::1 and these names.
Identity make_identity(Certificate kind, const std::vector<std::string>& names);

std::string pem_of(const x509_st& certificate);

}  // namespace world
