#include <vector>

#include "provider_story.hpp"
#include "world/random.hpp"

using namespace test;

namespace {

// 0 .. 1, the same in each run.
double share(std::uint64_t seed, std::uint32_t n) {
  const std::uint64_t bits = world::Random(seed).bits(world::Purpose("test"), n, 0);
  return static_cast<double>(bits >> 11) / static_cast<double>(std::uint64_t{1} << 53);
}

Nanos times(double factor, Nanos of) {
  return Nanos(static_cast<std::int64_t>(factor * static_cast<double>(of.count())));
}

// `users` fail, spread over `spread`, and each comes back after wait(n).
template <class Wait>
void outage(ProviderStory& story, std::uint32_t users, Nanos spread, Wait wait, Nanos told = -1ns,
            std::uint32_t first_user = 0) {
  for (std::uint32_t n = 0; n < users; ++n) {
    const Nanos failed = 30s + spread * n / users;
    story.prompt({.turn = turn(0, first_user + n), .at = failed - 1s, .ended = failed,
                  .status = 503, .end = End::faulted, .retry_after = told});
  }
  for (std::uint32_t n = 0; n < users; ++n) {
    const Nanos back = 30s + spread * n / users + wait(n);
    story.prompt({.turn = turn(0, first_user + n), .at = back, .ended = back + 1s, .attempt = 2});
  }
}

}  // namespace

TEST_CASE("wakes_nobody is silent on jittered retries, of any number of users and any seed",
          "[oracle]") {
  const std::uint32_t users = GENERATE(20u, 33u, 50u, 100u, 1000u);
  const Nanos spread = GENERATE(Nanos{0s}, Nanos{500ms}, Nanos{990ms});
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(users, spread.count(), seed);
    ProviderStory story("wakes_nobody");
    outage(story, users, spread,
           [&](std::uint32_t n) { return times(0.5 + 0.5 * share(seed, n), 5s); });
    check_silent(story.told(), 1);
  }
}

TEST_CASE("wakes_nobody is silent on what may be", "[oracle]") {
  ProviderStory story("wakes_nobody");
  SECTION("few users") {
    outage(story, 19, 0s, [](std::uint32_t) { return 5s; });
    check_silent(story.told(), 0);
  }
  SECTION("failures that did not come together") {
    outage(story, 100, 300s, [](std::uint32_t) { return 5s; });
    check_silent(story.told(), 0);
  }
  SECTION("at once, but to another backend") {
    for (std::uint32_t n = 0; n < 100; ++n) {
      story.prompt({.turn = turn(0, n), .at = 29s, .ended = 30s, .status = 503,
                    .end = End::faulted});
    }
    for (std::uint32_t n = 0; n < 100; ++n) {
      story.prompt({.turn = turn(0, n), .at = 30s, .ended = 31s, .backend = "backup"});
    }
    check_silent(story.told(), 0);
  }
  SECTION("jitter beyond what they were told to wait") {
    outage(story, 100, 0s, [](std::uint32_t n) { return 60s + times(share(1, n), 5s); }, 60s);
    check_silent(story.told(), 1);
  }
  SECTION("many requests of one user") {
    for (std::uint32_t n = 0; n < 50; ++n) {
      story.prompt({.turn = turn(n, 7), .at = 29s, .ended = 30s, .status = 503,
                    .end = End::faulted});
    }
    for (std::uint32_t n = 0; n < 50; ++n) story.prompt({.turn = turn(n, 7), .at = 35s});
    check_silent(story.told(), 0);
  }
}

TEST_CASE("wakes_nobody finds each defect", "[oracle]") {
  ProviderStory story("wakes_nobody");
  SECTION("a herd") {
    outage(story, 100, 0s, [](std::uint32_t) { return 5s; });
    check_witness(story.told(), "primary",
                  "of 100 users who failed there from 30 s to 30 s, 100 came back within 100 ms, "
                  "from 35 s on");
  }
  SECTION("the smallest herd") {
    outage(story, 20, 0s, [](std::uint32_t) { return 15s; });
    CHECK(story.told().violation_count == 1);
  }
  SECTION("a herd that was told to wait, and wakes to the minute") {
    outage(story, 60, 0s, [](std::uint32_t) { return 60s; }, 60s);
    CHECK(story.told().violation_count == 1);
  }
  SECTION("no jitter, only the order in which they failed") {
    outage(story, 50, 990ms, [](std::uint32_t) { return 5s; });
    check_witness(story.told(), "primary",
                  "of 50 users who failed there from 30 s to 30.9702 s, all came back after the "
                  "same wait of 5s (variation 0)");
  }
  SECTION("too little jitter") {
    outage(story, 400, 900ms,
           [](std::uint32_t n) { return 5s + times(share(1, n), 500ms); });
    CHECK(story.told().violation_count == 1);
  }
  SECTION("one in two keeps to the second") {
    outage(story, 200, 0s, [](std::uint32_t n) {
      return n % 2 == 0 ? Nanos{5s} : times(0.5 + share(1, n), 5s);
    });
    CHECK(story.told().violation_count == 1);
  }
  SECTION("each event for itself, long ago too") {
    outage(story, 100, 0s, [](std::uint32_t) { return 5s; });
    for (std::uint32_t n = 0; n < 60; ++n) {
      story.prompt({.turn = turn(9, n), .at = 1000s, .ended = 1001s, .status = 500,
                    .end = End::faulted});
    }
    for (std::uint32_t n = 0; n < 60; ++n) story.prompt({.turn = turn(9, n), .at = 1006s});
    CHECK(story.told().violation_count == 2);
  }
}
