#include "world/libraries.hpp"

#include <openssl/crypto.h>
#include <sqlite3.h>

#include <boost/version.hpp>

namespace world {

std::vector<std::pair<std::string, std::string>> library_versions() {
  std::string boost = BOOST_LIB_VERSION;  // "1_81"
  for (char& c : boost) {
    if (c == '_') c = '.';
  }
  return {{"Boost", boost},
          {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
          {"SQLite", sqlite3_libversion()}};
}

}  // namespace world
