#include "harness/client/target_door.hpp"

namespace harness {

std::string without_secrets(std::string text, const std::vector<std::string>& secrets) {
  constexpr std::string_view kHidden = "***";
  for (const std::string& secret : secrets) {
    for (std::size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + kHidden.size())) {
      text.replace(at, secret.size(), kHidden);
    }
  }
  return text;
}

std::string to_text(const TargetDoor& door, std::string_view path) {
  return (door.tls ? "https://" : "http://") + world::to_string(door.endpoint) +
         std::string(path);
}

std::string post_head(const TargetDoor& door, std::string_view path) {
  std::string head = "POST ";
  head += path;
  head += " HTTP/1.1\r\nhost: " + world::to_string(door.endpoint) + "\r\n";
  bool has_type = false;
  for (const auto& [name, value] : door.headers) {
    head += name + ": " + value + "\r\n";
    has_type = has_type || world::same_name(name, "content-type");
  }
  if (!has_type) head += "content-type: application/json\r\n";
  return head + "content-length: ";
}

world::HttpClientOptions http_options_of(const Client& client, const TargetDoor& door) {
  world::HttpClientOptions options;
  options.limits.body_bytes_max = static_cast<std::uint64_t>(client.response_bytes_max);
  options.idle_max = static_cast<std::size_t>(client.connections_max);
  options.tls = door.tls;
  return options;
}

}  // namespace harness
