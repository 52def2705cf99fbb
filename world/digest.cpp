#include "world/digest.hpp"

#include <openssl/evp.h>

#include "world/ensure.hpp"

namespace world {

std::string sha256_hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  ENSURE(done == 1 && size == 32, "OpenSSL has no SHA-256");
  std::string hex;
  hex.reserve(2 * size);
  for (unsigned i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

}  // namespace world
