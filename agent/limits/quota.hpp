// Quota: a limit as it stands for one user at this moment, whatever mechanism is behind it, and
// Decision: what all limits together say to a request. What headers and /v1/limits are written
// from. Plain data; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "world/units.hpp"

namespace agent {

// The limits in the order in which a request meets them.
enum class Limit : std::uint8_t { edge, user, inflight, daily };
inline constexpr std::size_t kLimits = 4;
inline constexpr std::array<std::string_view, kLimits> kLimitNames = {"edge", "user", "inflight",
                                                                      "daily"};
constexpr std::string_view name_of(Limit limit) {
  return kLimitNames[static_cast<std::size_t>(limit)];
}

struct Quota {
  bool on = false;
  std::int64_t quota = 0;  // so many
  world::Nanos window{0};  // in so long; 0: at a time (inflight)
  std::int64_t remaining = 0;
  // When nothing remains, until one more is possible; otherwise until all of it is there again.
  world::Nanos reset{0};
};

struct Decision {
  bool allowed = true;
  Limit tightest = Limit::user;  // the one that refused, or is nearest to it
  world::Nanos retry_after{0};   // of a refusal
  std::array<Quota, kLimits> quotas{};

  Quota& operator[](Limit limit) { return quotas[static_cast<std::size_t>(limit)]; }
  const Quota& operator[](Limit limit) const { return quotas[static_cast<std::size_t>(limit)]; }
};

}  // namespace agent
