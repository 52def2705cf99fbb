#include "provider_story.hpp"

using namespace test;

namespace {

Ledger spent(world::TurnId id, Nanos at, std::int64_t value, std::int64_t limit = 30) {
  return {.kind = LedgerKind::spent, .at = at, .turn = id, .key = "u3", .value = value,
          .limit = limit};
}

// 30 a minute and user.
harness::Scenario scenario_of_thirty() {
  harness::Scenario scenario;
  scenario.agent.user_rate = {500'000};
  scenario.agent.user_rate_window = 60s;
  return scenario;
}

}  // namespace

TEST_CASE("budget_respected: what users are charged", "[oracle]") {
  ProviderStory story("budget_respected");
  story.agent(spent(turn(0, 3), 10s, 1));
  story.agent(spent(turn(1, 3), 11s, 30));
  check_silent(story.told(), 2);
  story.agent(spent(turn(2, 3), 12s, 31));
  check_witness(story.told(), "u3",
                "was charged 31 units of a budget of 30, the last for u3.s0.t2");
}

TEST_CASE("budget_respected: what users get, by the clients' count", "[oracle]") {
  const harness::Scenario scenario = scenario_of_thirty();
  ProviderStory story("budget_respected", &scenario);
  const auto answers = [&](std::uint32_t count, Nanos from, Nanos step, Nanos took,
                           std::uint32_t user = 3, std::uint32_t first = 0) {
    for (std::uint32_t n = 0; n < count; ++n) {
      const Nanos at = from + step * n;
      story.ended({.turn = turn(first + n, user), .at = at + took, .sent = at});
    }
  };
  SECTION("thirty at once, and thirty a minute later") {
    answers(30, 10s, 10ms, 1s);
    answers(30, 71s, 10ms, 1s, 3, 30);
    check_silent(story.told(), 60);
  }
  SECTION("a steady thirty a minute for an hour") {
    answers(1'800, 10s, 2s, 1s);
    check_silent(story.told(), 1'800);
  }
  SECTION("what waits in a queue is charged when it leaves it") {
    for (std::uint32_t n = 0; n < 60; ++n) {  // all sent at once; thirty a minute are answered
      story.ended({.turn = turn(n, 3), .at = (n < 30 ? 11s : 72s) + 1ms * n, .sent = 10s});
    }
    check_silent(story.told(), 60);
  }
  SECTION("refusals cost nothing") {
    answers(30, 10s, 10ms, 1s);
    for (std::uint32_t n = 0; n < 60; ++n) {
      story.ended({.turn = turn(100 + n, 3), .at = 12s, .outcome = Outcome::error, .status = 429});
    }
    check_silent(story.told(), 30);
  }
  SECTION("each user has a budget") {
    for (std::uint32_t user = 0; user < 50; ++user) answers(30, 10s, 10ms, 1s, user);
    check_silent(story.told(), 1'500);
  }
  SECTION("one too many") {
    answers(31, 10s, 100ms, 1s);
    check_witness(story.told(), "u3",
                  "31 requests that were sent and answered within 4s (from 10 s on), more than the "
                  "budget of 30 in 60s");
  }
  SECTION("a burst across the edge of a fixed window") {
    answers(30, 55s, 10ms, 1s);
    answers(30, 61s, 10ms, 1s, 3, 30);
    CHECK(story.told().violation_count == 1);  // 31 of 60, then the count begins anew
  }
}
