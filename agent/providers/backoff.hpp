// Backoff: how long to wait before another attempt, and whether there may be one. Waits have equal
// jitter: wait x U(0.5, 1), drawn by (request, attempt), so that the order of arrivals changes no
// draw (Brooker, "Exponential Backoff and Jitter", 2015). Pure but for the budget; one clock.
#pragma once

#include <optional>
#include <string_view>

#include "agent/providers/retry_config.hpp"
#include "world/clock.hpp"
#include "world/http.hpp"
#include "world/random.hpp"

namespace agent {

// The wait, jittered.
world::Nanos jittered(world::Nanos wait, const world::Random& random, std::string_view request,
                      int attempt);

// Beyond a wait that somebody else has set, for all alike: what spreads their return, up to half of
// that wait or a second, whichever is more.
world::Nanos spread_behind(world::Nanos wait, const world::Random& random,
                           std::string_view request, int attempt);

// What a response says of when to come back: retry-after-ms, or Retry-After in seconds or as an
// HTTP date (RFC 9110, 10.2.3); a day at most. Nothing when it does not say, or says nonsense or a
// past date.
std::optional<world::Nanos> retry_after_of(const world::HttpHeaders& headers,
                                           std::int64_t unix_nanos);

// RetryBudget: retries are a share of the calls, plus a floor that is refilled one a second. When
// everything fails, retries then do not multiply the load. (Finagle's RetryBudget.)
class RetryBudget {
 public:
  RetryBudget(const world::Clock& clock, const RetryConfig& config);

  void on_call();
  bool take();  // true: one retry is paid for

 private:
  void refill();

  static constexpr std::int64_t kOne = 100;       // a retry, in hundredths
  static constexpr std::int64_t kSavedMax = 100;  // retries saved up out of calls

  const world::Clock& clock_;
  const std::int64_t percent_;
  const std::int64_t floor_max_;  // hundredths
  std::int64_t saved_ = 0;
  std::int64_t floor_;
  world::Instant refilled_;
};

}  // namespace agent
