// The address of a target, as `http://host:port` or `https://host:port`.
#pragma once

#include <string_view>

#include "world/network.hpp"

namespace harness {

struct TargetUrl {
  world::Endpoint endpoint;
  bool is_https = false;
};

// Throws TargetError with what is wrong and an example.
TargetUrl parse_target_url(std::string_view url);

// The same for `host:port`, as --listen and --provider take it.
world::Endpoint parse_address(std::string_view address);

}  // namespace harness
