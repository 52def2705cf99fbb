// RateLimiter: so many requests per user in any stretch of the window's length. It remembers the
// instants of those that it let in; what it turned away does not count. One clock.
#pragma once

#include <string>
#include <vector>

#include "agent/config.hpp"
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
  // The instants of the last requests, a ring: the oldest is overwritten first.
  struct Window {
    std::vector<world::Instant> instants;
    std::size_t oldest = 0;
  };

  world::Nanos window_;
  std::size_t requests_max_;
  world::LruMap<std::string, Window> users_;  // a user who was forgotten starts anew
};

}  // namespace agent
