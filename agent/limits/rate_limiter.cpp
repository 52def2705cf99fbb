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
  if (requests_max_ == 0) return false;
  Window& window = users_.at(user);
  if (window.instants.size() < requests_max_) {
    // Not full yet: the ring grows only as far as somebody needs it.
    if (!window.instants.empty() && window.instants[window.oldest] + window_ <= now) {
      window.instants[window.oldest] = now;
      window.oldest = (window.oldest + 1) % window.instants.size();
      return true;
    }
    std::rotate(window.instants.begin(),
                window.instants.begin() + static_cast<std::ptrdiff_t>(window.oldest),
                window.instants.end());
    window.oldest = 0;
    window.instants.push_back(now);
    return true;
  }
  if (window.instants[window.oldest] + window_ > now) return false;
  window.instants[window.oldest] = now;
  window.oldest = (window.oldest + 1) % window.instants.size();
  return true;
}

}  // namespace agent
