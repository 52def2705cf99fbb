// The address of a target, as `http://host:port`.
#pragma once

#include <string_view>

#include "world/network.hpp"

namespace harness {

// Throws TargetError with what is wrong and an example.
world::Endpoint parse_target_url(std::string_view url);

// The same for `host:port`, as --listen and --provider take it.
world::Endpoint parse_address(std::string_view address);

}  // namespace harness
