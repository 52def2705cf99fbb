#include "fakes/rate_limiter.hpp"

#include <algorithm>

#include "world/random.hpp"

namespace fakes {

using world::Instant;
using world::Nanos;

namespace {

__extension__ typedef __int128 Wide;

constexpr Nanos kMinute = std::chrono::minutes(1);
constexpr Nanos kDay = std::chrono::hours(24);

// The time in which so many grow again. Rounded down, so that the whole limit fits the window.
Nanos cost(std::int64_t amount, std::int64_t limit, Nanos window) {
  return Nanos(static_cast<std::int64_t>(static_cast<Wide>(amount) * window.count() / limit));
}

}  // namespace

Nanos TokenBucket::missing(Instant now) const { return std::max(full_at_ - now, Nanos{0}); }

std::optional<Nanos> TokenBucket::wait_for(const TokenBucket& bucket, std::int64_t amount,
                                           std::int64_t limit, Nanos window, Instant now) {
  if (limit == 0) return Nanos{0};
  if (amount > limit) return std::nullopt;
  return std::max(bucket.missing(now) + cost(amount, limit, window) - window, Nanos{0});
}

void TokenBucket::take(std::int64_t amount, std::int64_t limit, Nanos window, Instant now) {
  if (limit == 0) return;
  if (full_at_ <= now) last_full_ = now;
  full_at_ = std::max(full_at_, now) + cost(amount, limit, window);
}

// More than is missing is lost: a bucket never holds more than its limit.
void TokenBucket::give_back(std::int64_t amount, std::int64_t limit, Nanos window,
                            Instant taken_at) {
  if (limit == 0 || taken_at < last_full_) return;
  full_at_ -= cost(amount, limit, window);
}

Allowance TokenBucket::left(std::int64_t limit, Nanos window, Instant now) const {
  Allowance left;
  if (limit == 0) return left;
  left.limit = limit;
  left.reset = missing(now);
  const Wide used = (static_cast<Wide>(left.reset.count()) * limit + window.count() - 1) /
                    window.count();
  left.remaining = std::max<std::int64_t>(0, limit - static_cast<std::int64_t>(used));
  return left;
}

std::uint64_t RateLimiter::account_of(std::string_view api_key) const {
  return limits_.per == Per::group ? 0 : world::entity_of(api_key);
}

std::optional<LimitHit> RateLimiter::admit(const Ticket& ticket) {
  Account& mine = accounts_.at(ticket.account);
  const Instant now = ticket.at;
  std::optional<LimitHit> hit;
  // Of several limits that are reached, the one that takes longest is told: before it has gone
  // there is no use in coming back.
  const auto check = [&](LimitKind kind, const TokenBucket& bucket, std::int64_t amount,
                         std::int64_t limit, Nanos window) {
    const std::optional<Nanos> wait = TokenBucket::wait_for(bucket, amount, limit, window, now);
    if (wait == Nanos{0}) return;
    if (hit && (hit->too_large || (wait && *wait <= *hit->retry_after))) return;
    LimitHit found;
    found.kind = kind;
    found.limit = limit;
    found.used = limit - bucket.left(limit, window, now).remaining;
    found.requested = amount;
    found.retry_after = wait;
    found.too_large = !wait;
    hit = found;
  };
  check(LimitKind::requests, mine.requests, 1, limits_.requests_per_minute, kMinute);
  check(LimitKind::tokens, mine.tokens, ticket.tokens, limits_.tokens_per_minute, kMinute);
  check(LimitKind::requests_day, mine.requests_day, 1, limits_.requests_per_day, kDay);
  if (hit) return hit;
  if (limits_.concurrent > 0 && mine.concurrent >= limits_.concurrent) {
    LimitHit found;
    found.kind = LimitKind::concurrent;
    found.limit = limits_.concurrent;
    found.used = mine.concurrent;
    found.requested = 1;
    return found;
  }
  mine.requests.take(1, limits_.requests_per_minute, kMinute, now);
  mine.tokens.take(ticket.tokens, limits_.tokens_per_minute, kMinute, now);
  mine.requests_day.take(1, limits_.requests_per_day, kDay, now);
  ++mine.concurrent;
  return std::nullopt;
}

void RateLimiter::settle(const Ticket& ticket, std::int64_t used, Instant now) {
  Account* mine = accounts_.find(ticket.account);
  if (mine == nullptr) return;  // forgotten meanwhile
  mine->concurrent = std::max<std::int64_t>(0, mine->concurrent - 1);
  if (limits_.charge == Charge::up_front) return;
  const std::int64_t unused = ticket.tokens - used;
  if (unused > 0) {
    mine->tokens.give_back(unused, limits_.tokens_per_minute, kMinute, ticket.at);
  } else {
    mine->tokens.take(-unused, limits_.tokens_per_minute, kMinute, now);
  }
}

RateLimiter::Standing RateLimiter::standing(std::uint64_t account, Instant now) {
  const Account& mine = accounts_.at(account);
  Standing standing;
  standing.requests = mine.requests.left(limits_.requests_per_minute, kMinute, now);
  standing.tokens = mine.tokens.left(limits_.tokens_per_minute, kMinute, now);
  standing.requests_day = mine.requests_day.left(limits_.requests_per_day, kDay, now);
  return standing;
}

}  // namespace fakes
