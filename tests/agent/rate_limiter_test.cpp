#include <catch2/catch.hpp>

#include "agent/limits/rate_limiter.hpp"

using agent::Config;
using agent::RateLimiter;
using namespace std::chrono_literals;
using world::at;

TEST_CASE("thirty a minute by default", "[limiter][REQ-048]") {
  RateLimiter limiter{Config{}};
  CHECK(limiter.requests_max() == 30);
  int admitted = 0;
  for (int i = 0; i < 100; ++i) admitted += limiter.admit("u1", at(i * 100ms));  // 10/s for 10 s
  CHECK(admitted == 30);
  CHECK(limiter.admit("u2", at(10s)));
  CHECK_FALSE(limiter.admit("u1", at(60s - 1ns)));
  CHECK(limiter.admit("u1", at(60s)));  // the first one, at 0, has left the window
  CHECK_FALSE(limiter.admit("u1", at(60s)));
  CHECK(limiter.admit("u1", at(60s + 100ms)));
}

TEST_CASE("the window slides over every pattern", "[limiter]") {
  struct Row {
    world::Rate rate;
    world::Nanos window;
    world::Nanos every;
    int requests;
    int admitted;
  };
  const Row rows[] = {{world::Rate{500'000}, 60s, 2s, 100, 100},  // exactly at the limit
                      {world::Rate{500'000}, 60s, 1s, 120, 60},
                      {world::Rate::per_second(3), 1s, 0ns, 10, 3},
                      {world::Rate::per_second(3), 1s, 500ms, 10, 10},
                      {world::Rate{0}, 60s, 1s, 10, 0},
                      {world::Rate{100'000}, 1s, 1s, 10, 0}};  // less than one per window
  for (const Row& row : rows) {
    Config config;
    config.user_rate = row.rate;
    config.user_rate_window = row.window;
    RateLimiter limiter(config);
    int admitted = 0;
    for (int i = 0; i < row.requests; ++i) admitted += limiter.admit("u", at(i * row.every));
    CAPTURE(row.requests, row.every.count());
    CHECK(admitted == row.admitted);
  }
}

TEST_CASE("no window ever holds more than the limit", "[limiter]") {
  Config config;
  config.user_rate = world::Rate::per_second(1);
  config.user_rate_window = 7s;
  RateLimiter limiter(config);
  std::vector<world::Nanos> admitted;
  world::Nanos now{};
  for (int i = 0; i < 5'000; ++i) {
    now += world::Nanos((i * 7919 % 1'000) * 1'000'000);  // irregular steps below a second
    if (limiter.admit("u", at(now))) admitted.push_back(now);
  }
  REQUIRE(admitted.size() > 100);
  for (std::size_t i = 7; i < admitted.size(); ++i) CHECK(admitted[i] - admitted[i - 7] >= 7s);
}

TEST_CASE("it remembers so many users", "[limiter]") {
  Config config;
  config.users_max = 2;
  config.user_rate = world::Rate::per_second(1);
  config.user_rate_window = 1s;
  RateLimiter limiter(config);
  CHECK(limiter.admit("a", at(0s)));
  CHECK(limiter.admit("b", at(0s)));
  CHECK_FALSE(limiter.admit("a", at(0s)));
  CHECK(limiter.admit("c", at(0s)));
  CHECK(limiter.users() == 2);
  CHECK(limiter.admit("b", at(0s)));  // forgotten, so it starts anew
}
