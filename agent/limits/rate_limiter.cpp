#include "agent/limits/rate_limiter.hpp"

#include <algorithm>

namespace agent {
namespace {

__extension__ typedef __int128 Wide;

constexpr std::int64_t kRequestsMax = 1'000'000;  // remembered of one user

// rate x window, whole requests: 0.5/s over 60 s are 30.
std::size_t requests_in(const Config& config) {
  const Wide requests = static_cast<Wide>(config.user_rate.micro_hz) *
                        config.user_rate_window.count() / 1'000'000'000'000'000;
  return static_cast<std::size_t>(std::clamp<Wide>(requests, 0, kRequestsMax));
}

}  // namespace

RateLimiter::RateLimiter(const Config& config)
    : window_(config.user_rate_window),
      requests_max_(requests_in(config)),
      users_(static_cast<std::size_t>(config.users_max)) {}

bool RateLimiter::admit(const std::string& user, world::Instant now) {
  WindowLog& log = users_.at(user);
  if (log.count(now, window_) >= requests_max_) return false;
  log.add(now);
  return true;
}

}  // namespace agent
