// RateLimiter: so many requests per user in any stretch of the window's length. It remembers the
// instants of those that it let in; what it turned away does not count. One clock.
#pragma once

#include <string>

#include "agent/config.hpp"
#include "agent/limits/window_log.hpp"
#include "world/lru_map.hpp"

namespace agent {

class RateLimiter {
 public:
  explicit RateLimiter(const Config& config);

  // True when the user may make a request now, which then counts.
  bool admit(const std::string& user, world::Instant now);

  std::size_t requests_max() const { return requests_max_; }  // in one window
  std::size_t users() const { return users_.size(); }

 private:
  world::Nanos window_;
  std::size_t requests_max_;
  world::LruMap<std::string, WindowLog> users_;  // a user who was forgotten starts anew
};

}  // namespace agent
