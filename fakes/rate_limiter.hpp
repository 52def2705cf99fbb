// RateLimiter: a provider's limits for one quota group, counted per API key: requests and tokens
// per minute, requests per day, requests at once. A bucket per limit refills at an even pace. What
// it says of waiting is honest: whoever comes exactly then, while nobody else does, gets in. Keys
// are remembered as hashes, and only so many. One clock; nothing here waits.
#pragma once

#include <optional>
#include <string_view>

#include "fakes/chat.hpp"
#include "fakes/limit_hit.hpp"
#include "fakes/load_config.hpp"
#include "world/lru_map.hpp"

namespace fakes {

// Full from an instant on; what was taken moves it further away. Exact to a nanosecond.
class TokenBucket {
 public:
  TokenBucket() = default;

  // So many per window. The wait until `amount` can be taken; nothing when it never can.
  static std::optional<world::Nanos> wait_for(const TokenBucket& bucket, std::int64_t amount,
                                              std::int64_t limit, world::Nanos window,
                                              world::Instant now);
  void take(std::int64_t amount, std::int64_t limit, world::Nanos window, world::Instant now);
  // Of what was taken at the instant. Nothing when the bucket has been full since: it had grown
  // again by itself.
  void give_back(std::int64_t amount, std::int64_t limit, world::Nanos window,
                 world::Instant taken_at);
  Allowance left(std::int64_t limit, world::Nanos window, world::Instant now) const;

 private:
  world::Nanos missing(world::Instant now) const;
  world::Instant full_at_{};
  world::Instant last_full_{};
};

class RateLimiter {
 public:
  explicit RateLimiter(Limits limits) : limits_(std::move(limits)), accounts_(kKeysMax) {}

  // The account that an API key belongs to.
  std::uint64_t account_of(std::string_view api_key) const;

  // What a request takes: itself, and so many tokens.
  struct Ticket {
    std::uint64_t account = 0;
    std::int64_t tokens = 0;
    world::Instant at{};
  };

  // Takes it, or nothing at all and says why not. Whatever is admitted is settled when it ends,
  // with the tokens that it used.
  std::optional<LimitHit> admit(const Ticket& ticket);
  void settle(const Ticket& ticket, std::int64_t used, world::Instant now);

  struct Standing {
    Allowance requests, tokens, requests_day;
  };
  Standing standing(std::uint64_t account, world::Instant now);

  const Limits& limits() const { return limits_; }
  std::size_t accounts() const { return accounts_.size(); }

  // One that has left the map has its limits whole when it comes back.
  static constexpr std::size_t kKeysMax = 10'000;

 private:
  struct Account {
    TokenBucket requests, tokens, requests_day;
    std::int64_t concurrent = 0;
  };

  Limits limits_;
  world::LruMap<std::uint64_t, Account> accounts_;
};

}  // namespace fakes
