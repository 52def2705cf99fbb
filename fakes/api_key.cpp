#include "fakes/api_key.hpp"

namespace fakes {

std::string_view api_key_in(const world::HttpHeaders& headers) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view bearer = headers.get("authorization");
  if (bearer.starts_with(kBearer)) return bearer.substr(kBearer.size());
  for (const char* name : {"x-api-key", "api-key", "x-goog-api-key"}) {
    if (const std::string_view key = headers.get(name); !key.empty()) return key;
  }
  return {};
}

}  // namespace fakes
