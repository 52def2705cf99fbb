// The limits of a provider: what fits, what is told to those who do not, and that it is true.
#include "fakes/rate_limiter.hpp"

#include <catch2/catch.hpp>

#include "world/random.hpp"

using namespace std::chrono_literals;
using fakes::LimitHit;
using fakes::LimitKind;
using fakes::Limits;
using fakes::Allowance;
using fakes::RateLimiter;
using world::at;
using world::Instant;
using world::Nanos;

namespace {

Limits limits(std::int64_t rpm, std::int64_t tpm, std::int64_t rpd = 0,
              std::int64_t concurrent = 0) {
  Limits l;
  l.requests_per_minute = rpm;
  l.tokens_per_minute = tpm;
  l.requests_per_day = rpd;
  l.concurrent = concurrent;
  return l;
}

std::optional<LimitHit> ask(RateLimiter& limiter, Instant when, std::int64_t tokens = 0,
                            std::uint64_t account = 1) {
  return limiter.admit({account, tokens, when});
}

}  // namespace

TEST_CASE("a burst of a minute's requests fits, and one more waits for the next", "[limits]") {
  for (const std::int64_t rpm : {1, 3, 7, 60, 500, 10'000}) {
    CAPTURE(rpm);
    RateLimiter limiter(limits(rpm, 0));
    for (std::int64_t i = 0; i < rpm; ++i) REQUIRE_FALSE(ask(limiter, at(5s)));
    const auto hit = ask(limiter, at(5s));
    REQUIRE(hit);
    CHECK(hit->kind == LimitKind::requests);
    CHECK(hit->limit == rpm);
    CHECK(hit->used == rpm);
    CHECK(hit->requested == 1);
    CHECK_FALSE(hit->too_large);
    REQUIRE(hit->retry_after);
    const Nanos each = Nanos(60'000'000'000 / rpm);
    CHECK(*hit->retry_after <= each);
    CHECK(*hit->retry_after > each - Nanos(rpm));  // rounding, a nanosecond for each
    CHECK(ask(limiter, at(5s + *hit->retry_after - 1ns)));
    CHECK_FALSE(ask(limiter, at(5s + *hit->retry_after)));
  }
}

TEST_CASE("what is left is told", "[limits]") {
  RateLimiter limiter(limits(10, 6'000, 100));
  CHECK(limiter.standing(1, at(0s)).requests == Allowance{10, 10, 0s});
  REQUIRE_FALSE(ask(limiter, at(0s), 1'500));
  const auto after = limiter.standing(1, at(0s));
  CHECK(after.requests == Allowance{10, 9, 6s});
  CHECK(after.tokens == Allowance{6'000, 4'500, 15s});
  CHECK(after.requests_day == Allowance{100, 99, 864s});
  CHECK(limiter.standing(1, at(5s)).tokens == Allowance{6'000, 5'000, 10s});
  CHECK(limiter.standing(1, at(16s)).tokens == Allowance{6'000, 6'000, 0s});
  CHECK(RateLimiter(limits(0, 5)).standing(1, at(0s)).requests == Allowance{});
}

TEST_CASE("the limit that takes longest is the one that is told", "[limits]") {
  RateLimiter limiter(limits(2, 6'000, 2));
  REQUIRE_FALSE(ask(limiter, at(0s), 5'000));
  REQUIRE_FALSE(ask(limiter, at(0s), 0));
  CHECK(ask(limiter, at(0s), 2'000)->kind == LimitKind::requests_day);
  RateLimiter minutes(limits(2, 6'000));
  REQUIRE_FALSE(ask(minutes, at(0s), 5'000));
  const auto tokens = ask(minutes, at(0s), 2'000);
  REQUIRE(tokens);
  CHECK(tokens->kind == LimitKind::tokens);
  CHECK(tokens->used == 5'000);
  CHECK(tokens->requested == 2'000);
  CHECK(tokens->retry_after == Nanos(10s));
  REQUIRE_FALSE(ask(minutes, at(0s), 0));
  CHECK(ask(minutes, at(0s), 2'000)->kind == LimitKind::requests);
}

TEST_CASE("more than the limit holds is never admitted, and no wait is promised", "[limits]") {
  RateLimiter limiter(limits(5, 1'000));
  const auto hit = ask(limiter, at(0s), 1'001);
  REQUIRE(hit);
  CHECK(hit->too_large);
  CHECK_FALSE(hit->retry_after);
  CHECK(limiter.standing(1, at(0s)).requests.remaining == 5);  // nothing was taken
  CHECK_FALSE(ask(limiter, at(0s), 1'000));
}

// Retry-After is honest: with anything before it, a request that was refused is admitted after
// exactly the wait it was told, and not a nanosecond earlier.
TEST_CASE("who waits as told is admitted", "[limits]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    const world::Random random(seed);
    std::uint64_t n = 0;
    const auto draw = [&](std::uint64_t below) {
      return static_cast<std::int64_t>(random.below(below, world::Purpose("limits test"), 1, n++));
    };
    Limits l = limits(draw(2) * (1 + draw(300)), draw(2) * (1'000 + draw(1'000'000)),
                      draw(2) * (1 + draw(5'000)));
    l.charge = draw(2) == 0 ? fakes::Charge::actual : fakes::Charge::up_front;
    RateLimiter limiter(l);
    Instant now = at(Nanos(draw(1'000'000'000)));
    std::vector<RateLimiter::Ticket> in_flight;
    for (int step = 0; step < 300; ++step) {
      now += Nanos(draw(3) == 0 ? draw(2'000'000'000) : 0);
      const RateLimiter::Ticket ticket{1, 1 + draw(3'000), now};
      const auto hit = limiter.admit(ticket);
      if (!hit) {
        in_flight.push_back(ticket);
        if (draw(2) == 0) {
          const auto mine = in_flight.begin() + draw(in_flight.size());
          limiter.settle(*mine, draw(static_cast<std::uint64_t>(mine->tokens) + 1), now);
          in_flight.erase(mine);
        }
        continue;
      }
      CHECK(hit->used <= hit->limit);
      if (hit->too_large) {
        CHECK(ticket.tokens > l.tokens_per_minute);
        continue;
      }
      REQUIRE(hit->retry_after);
      REQUIRE(*hit->retry_after > 0ns);
      CHECK(limiter.admit({1, ticket.tokens, now + *hit->retry_after - 1ns}));
      now += *hit->retry_after;
      CHECK_FALSE(limiter.admit({1, ticket.tokens, now}));
    }
  }
}

// Whatever comes and goes, no stretch of a minute lets in more than two limits (a full bucket, and
// what grows meanwhile).
TEST_CASE("a minute never holds more than its bucket and what grew", "[limits]") {
  const world::Random random(3);
  RateLimiter limiter(limits(20, 0));
  std::vector<Instant> admitted;
  Instant now = at(0s);
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    now += Nanos(static_cast<std::int64_t>(
        random.below(2'000'000'000, world::Purpose("limits test"), 2, i)));
    if (!ask(limiter, now)) admitted.push_back(now);
  }
  REQUIRE(admitted.size() > 1'000);
  for (std::size_t i = 40; i < admitted.size(); ++i) {
    CHECK(admitted[i] - admitted[i - 40] >= Nanos(60s) - 40ns);
  }
}

TEST_CASE("tokens that were not used are given back, unless they are charged up front",
          "[limits]") {
  for (const auto charge : {fakes::Charge::actual, fakes::Charge::up_front}) {
    Limits l = limits(0, 6'000);
    l.charge = charge;
    RateLimiter limiter(l);
    const RateLimiter::Ticket ticket{1, 6'000, at(0s)};
    REQUIRE_FALSE(limiter.admit(ticket));
    CHECK(limiter.standing(1, at(0s)).tokens.remaining == 0);
    limiter.settle(ticket, 1'000, at(10s));
    const bool back = charge == fakes::Charge::actual;
    CHECK(limiter.standing(1, at(10s)).tokens.remaining == (back ? 6'000 : 1'000));
    CHECK(limiter.standing(1, at(0s)).tokens.remaining == (back ? 5'000 : 0));
  }
}

TEST_CASE("an answer longer than was charged is charged at its end", "[limits]") {
  RateLimiter limiter(limits(0, 6'000));
  const RateLimiter::Ticket ticket{1, 10, at(0s)};
  REQUIRE_FALSE(limiter.admit(ticket));
  limiter.settle(ticket, 8'010, at(1s));
  CHECK(limiter.standing(1, at(1s)).tokens == Allowance{6'000, 0, 80s});  // in debt
  CHECK(ask(limiter, at(1s), 1)->retry_after == Nanos(20s + 10ms));
}

TEST_CASE("what has grown again is not given back too", "[limits]") {
  RateLimiter limiter(limits(0, 6'000));
  const RateLimiter::Ticket slow{1, 6'000, at(0s)};
  REQUIRE_FALSE(limiter.admit(slow));
  REQUIRE_FALSE(ask(limiter, at(60s), 3'000));  // full before this one
  limiter.settle(slow, 0, at(61s));
  CHECK(limiter.standing(1, at(61s)).tokens == Allowance{6'000, 3'100, 29s});
}

TEST_CASE("requests at once are counted until they end, and promise no wait", "[limits]") {
  RateLimiter limiter(limits(0, 0, 0, 2));
  const RateLimiter::Ticket ticket{1, 50, at(0s)};
  REQUIRE_FALSE(limiter.admit(ticket));
  REQUIRE_FALSE(limiter.admit(ticket));
  const auto hit = limiter.admit(ticket);
  REQUIRE(hit);
  CHECK(hit->kind == LimitKind::concurrent);
  CHECK(hit->used == 2);
  CHECK_FALSE(hit->retry_after);
  CHECK_FALSE(hit->too_large);
  limiter.settle(ticket, 0, at(1s));
  CHECK_FALSE(limiter.admit(ticket));
}

TEST_CASE("keys are counted apart, unless the group is counted", "[limits]") {
  for (const auto per : {fakes::Per::key, fakes::Per::group}) {
    Limits l = limits(1, 0);
    l.per = per;
    RateLimiter limiter(l);
    REQUIRE_FALSE(ask(limiter, at(0s), 0, limiter.account_of("sk-a")));
    CHECK(ask(limiter, at(0s), 0, limiter.account_of("sk-a")));
    CHECK(ask(limiter, at(0s), 0, limiter.account_of("sk-b")).has_value() ==
          (per == fakes::Per::group));
  }
}

TEST_CASE("the keys that are remembered have a bound", "[limits]") {
  RateLimiter limiter(limits(1, 0));
  const RateLimiter::Ticket first{0, 0, at(0s)};
  REQUIRE_FALSE(limiter.admit(first));
  CHECK(limiter.admit(first));
  for (std::uint64_t key = 1; key <= RateLimiter::kKeysMax; ++key) {
    REQUIRE_FALSE(ask(limiter, at(0s), 0, key));
  }
  CHECK(limiter.accounts() == RateLimiter::kKeysMax);
  limiter.settle(first, 0, at(0s));  // nobody knows it any more
  CHECK_FALSE(limiter.admit(first));
}
