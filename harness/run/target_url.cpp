#include "harness/run/target_url.hpp"

#include <charconv>

#include "harness/run/run.hpp"

namespace harness {

world::Endpoint parse_address(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  unsigned port = 0;
  bool good = colon != std::string_view::npos;
  if (good) {
    const std::string_view digits = address.substr(colon + 1);
    const auto end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, port);
    good = parsed.ec == std::errc{} && parsed.ptr == end && !digits.empty() && port <= 65'535;
  }
  if (!good) {
    throw TargetError("`" + std::string(address) +
                      "` is not an address; write host:port, as 127.0.0.1:8080");
  }
  world::Endpoint endpoint;
  if (colon > 0) endpoint.host = std::string(address.substr(0, colon));
  endpoint.port = static_cast<std::uint16_t>(port);
  return endpoint;
}

world::Endpoint parse_target_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (url.starts_with("https://")) {
    throw TargetError("`" + std::string(url) +
                      "`: TLS targets are not supported yet; give an http:// address");
  }
  if (!url.starts_with(kScheme)) {
    throw TargetError("`" + std::string(url) + "` is not a URL; write http://host:port");
  }
  std::string_view rest = url.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos && slash + 1 < rest.size()) {
    throw TargetError("`" + std::string(url) + "`: a path is not taken; write http://host:port");
  }
  rest = rest.substr(0, slash);
  if (rest.empty() || rest.front() == ':') {
    throw TargetError("`" + std::string(url) + "` names no host; write http://host:port");
  }
  if (rest.find(':') == std::string_view::npos) return {std::string(rest), 80};
  return parse_address(rest);
}

}  // namespace harness
