// TargetDoor: where the requests of a run go and what each of them has in its head: address, TLS,
// path, model, headers of the user's own. Of the bundled core it is the address alone. Plain data;
// any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/scenario/scenario.hpp"
#include "world/http_client.hpp"
#include "world/network.hpp"

namespace harness {

struct TargetDoor {
  TargetDoor() = default;
  TargetDoor(world::Endpoint at) : endpoint(std::move(at)) {}

  world::Endpoint endpoint;
  std::optional<world::TlsClient> tls;
  std::string path;  // empty: the dialect's own
  std::string model = "agent";
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> secrets;  // in values of headers, and to be shown nowhere

  std::string path_or(std::string_view own) const { return path.empty() ? std::string(own) : path; }
};

// The text with *** for each secret that a target may have sent back.
std::string without_secrets(std::string text, const std::vector<std::string>& secrets);

// "http://host:port/path", for messages.
std::string to_text(const TargetDoor& door, std::string_view path);

// The head of a POST up to the value of its content-length.
std::string post_head(const TargetDoor& door, std::string_view path);

world::HttpClientOptions http_options_of(const Client& client, const TargetDoor& door);

}  // namespace harness
