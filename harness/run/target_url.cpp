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

TargetUrl parse_target_url(std::string_view url) {
  TargetUrl target;
  target.is_https = url.starts_with("https://");
  if (!target.is_https && !url.starts_with("http://")) {
    throw TargetError("`" + std::string(url) + "` is not a URL; write http://host:port");
  }
  std::string_view rest = url.substr(url.find("//") + 2);
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos && slash + 1 < rest.size()) {
    throw TargetError("`" + std::string(url) +
                      "`: a path is not taken; write http://host:port, and the path of requests "
                      "as `target.path`");
  }
  rest = rest.substr(0, slash);
  if (rest.empty() || rest.front() == ':') {
    throw TargetError("`" + std::string(url) + "` names no host; write http://host:port");
  }
  if (rest.find(':') == std::string_view::npos) {
    target.endpoint.host = std::string(rest);
    target.endpoint.port = target.is_https ? 443 : 80;
  } else {
    target.endpoint = parse_address(rest);
  }
  return target;
}

}  // namespace harness
