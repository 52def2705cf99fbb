#include "provider_story.hpp"

using namespace test;

namespace {

constexpr std::int64_t kNoon = (20'000 * 24 + 12) * 3'600'000'000'000;
constexpr const char* kUsedUp = R"({"error":{"code":"daily_quota_exceeded"}})";

// Three a day, and five for u7.
harness::Scenario scenario_of_three() {
  harness::Scenario scenario;
  scenario.agent.rate.daily_free = 3;
  scenario.agent.rate.daily_pro = 5;
  scenario.agent.rate.pro_users = {"u7"};
  scenario.agent.rate.daily_jitter = 0s;
  return scenario;
}

void set_clock(ProviderStory& story, Nanos at, std::int64_t wall) {
  story.oracle().on_life({world::at(at), harness::AgentLife::Event::clock_set, "clock", wall});
}
void answer(ProviderStory& story, std::uint32_t count, Nanos from, std::uint32_t user = 1) {
  for (std::uint32_t n = 0; n < count; ++n) {
    story.ended({.turn = turn(n, user), .at = from + 2s * n, .sent = from + 2s * n - 1s});
  }
}
void refuse(ProviderStory& story, Nanos at, std::uint32_t user = 1) {
  story.ended({.turn = turn(99, user), .at = at, .outcome = Outcome::error, .status = 429,
               .error_body = kUsedUp});
}

}  // namespace

TEST_CASE("daily_quota: as many as the tier allows", "[oracle][REQ-047]") {
  const harness::Scenario scenario = scenario_of_three();
  ProviderStory story("daily_quota", &scenario);
  SECTION("nothing is known before the clock was set") {
    answer(story, 9, 10s);
    check_silent(story.told(), 0);
  }
  set_clock(story, 1s, kNoon);
  SECTION("three, and then a refusal") {
    answer(story, 3, 10s);
    refuse(story, 30s);
    check_silent(story.told(), 4);
  }
  SECTION("five of the tier pro") {
    answer(story, 5, 10s, 7);
    refuse(story, 30s, 7);
    check_silent(story.told(), 6);
  }
  SECTION("a fourth") {
    answer(story, 4, 10s);
    check_witness(story.told(), "u1.s0.t3",
                  "was answer 4 to its user on one day; the quota is 3");
  }
  SECTION("a refusal after two") {
    answer(story, 2, 10s);
    refuse(story, 30s);
    check_witness(story.told(), "u1.s0.t99",
                  "was refused for the quota of the day, which is 3, after 2 requests");
  }
  SECTION("what has no answer may have been charged") {
    answer(story, 2, 10s);
    story.ended({.turn = turn(5, 1), .at = 20s, .outcome = Outcome::error, .status = 0});
    refuse(story, 30s);
    check_silent(story.told(), 4);
  }
  SECTION("what is open has been reserved") {
    answer(story, 2, 10s);
    story.sent(turn(6, 1), 21s);
    story.sent(turn(99, 1), 29s);
    refuse(story, 30s);
    check_silent(story.told(), 3);
  }
  SECTION("another refusal is another matter") {
    story.ended({.turn = turn(1, 1), .at = 20s, .outcome = Outcome::error, .status = 429,
                 .error_body = R"({"error":{"code":"rate_limit_exceeded"}})"});
    check_silent(story.told(), 1);
  }
}

TEST_CASE("daily_quota: the clock is set", "[oracle][REQ-047]") {
  const harness::Scenario scenario = scenario_of_three();
  ProviderStory story("daily_quota", &scenario);
  set_clock(story, 1s, kNoon);
  answer(story, 3, 10s);
  SECTION("six hours forward is the same day") {
    set_clock(story, 60s, kNoon + 6 * 3'600'000'000'000);
    answer(story, 1, 70s);
    CHECK(story.told().violation_count == 1);
  }
  SECTION("midnight is another, and an hour before it the old one again") {
    set_clock(story, 60s, kNoon + 12 * 3'600'000'000'000);
    answer(story, 3, 70s);
    refuse(story, 80s);
    set_clock(story, 90s, kNoon + 11 * 3'600'000'000'000);
    refuse(story, 100s);
    SECTION("which is used up") { check_silent(story.told(), 8); }
    SECTION("and has no more answers") {
      answer(story, 1, 110s);
      CHECK(story.told().violation_count == 1);
    }
  }
  SECTION("who asks at midnight belongs to either day") {
    set_clock(story, 60s, kNoon + 12 * 3'600'000'000'000);
    story.ended({.turn = turn(50, 1), .at = 61s, .sent = 59500ms});
    answer(story, 3, 70s);
    check_silent(story.told(), 7);
  }
}
