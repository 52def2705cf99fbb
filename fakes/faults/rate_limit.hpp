// Status 429 in the provider's own form, with a Retry-After header in whole seconds (rounded up).
#pragma once

#include <chrono>
#include <string_view>
#include <tuple>

#include "world/field.hpp"
#include "world/units.hpp"

namespace fakes {

struct RateLimit {
  world::Nanos retry_after = std::chrono::seconds(20);

  static constexpr std::string_view kind = "rate_limit";
  static constexpr auto fields() {
    return std::tuple(world::field("retry_after", &RateLimit::retry_after,
                                   "What Retry-After says; it is sent in seconds, rounded up."));
  }
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

}  // namespace fakes
