#include "provider_story.hpp"

using namespace test;

namespace {

// Ten a minute, five at once, three in a turn; `ping` has no limit.
harness::Scenario scenario_of(std::int64_t burst, std::int64_t cooldown_ms) {
  harness::Scenario scenario;
  agent::ToolRateConfig& tool = scenario.agent.rate.tool;
  tool.rate_limit = true;
  tool.calls_per_minute = 10;
  tool.calls_per_task = 3;
  tool.burst_size = burst;
  tool.cooldown_ms = cooldown_ms;
  scenario.agent.rate.tools = {{.tool = "ping", .rate_limit = false}};
  return scenario;
}

void call(ProviderStory& story, world::TurnId id, Nanos at, const char* tool = "search#1") {
  story.prompt({.turn = id, .at = at, .backend = "tools", .call = tool});
}
void refuse(ProviderStory& story, world::TurnId id, Nanos at, const char* period,
            std::int64_t limit) {
  story.agent({.kind = LedgerKind::tool_refused, .at = at, .turn = id, .key = "search",
               .from = period, .limit = limit});
}
void told_call(ProviderStory& story, world::TurnId id, Nanos at) {
  story.agent({.kind = LedgerKind::tool_called, .at = at, .turn = id, .key = "search"});
}

}  // namespace

TEST_CASE("tool_limits: what a minute may hold", "[oracle][REQ-042]") {
  const harness::Scenario scenario = scenario_of(0, 5'000);
  ProviderStory story("tool_limits", &scenario);
  for (std::uint32_t n = 0; n < 10; ++n) call(story, turn(n, 1), 10s + 100ms * n);
  SECTION("ten, and ten more a minute later") {
    for (std::uint32_t n = 0; n < 10; ++n) call(story, turn(20 + n, 1), 70s + 100ms * n);
    check_silent(story.told(), 20);
  }
  SECTION("users, and tools, do not add up") {
    for (std::uint32_t n = 0; n < 10; ++n) call(story, turn(n, 2), 10s + 100ms * n);
    for (std::uint32_t n = 0; n < 10; ++n) call(story, turn(n, 1), 11s + 100ms * n, "visit#1");
    check_silent(story.told(), 30);
  }
  SECTION("a tool without a limit, and requests to models, are not judged") {
    for (std::uint32_t n = 0; n < 50; ++n) call(story, turn(n, 1), 20s, "ping#1");
    for (std::uint32_t n = 0; n < 50; ++n) story.prompt({.turn = turn(n, 1), .at = 20s});
    check_silent(story.told(), 10);
  }
  SECTION("an eleventh") {
    call(story, turn(30, 1), 50s);
    check_witness(story.told(), "u1.s0.t30",
                  "was call 11 of the tool search by its user since 10 s; 10 calls a minute are "
                  "allowed");
  }
  SECTION("an eleventh that is told of when later ones have been") {
    call(story, turn(20, 1), 75s);
    call(story, turn(30, 1), 50s);
    CHECK(story.told().violation_count == 1);
  }
}

TEST_CASE("tool_limits: bursts", "[oracle][REQ-046]") {
  const harness::Scenario scenario = scenario_of(5, 5'000);
  ProviderStory story("tool_limits", &scenario);
  for (std::uint32_t n = 0; n < 5; ++n) call(story, turn(n, 1), 10s);
  SECTION("five, then one each six seconds") {
    for (std::uint32_t n = 1; n <= 5; ++n) call(story, turn(10 + n, 1), 10s + 6s * n);
    check_silent(story.told(), 10);
  }
  SECTION("a sixth at once") {
    call(story, turn(10, 1), 10s);
    check_witness(story.told(), "u1.s0.t10",
                  "was call 6 of the tool search by its user since 10 s; 5 at once are allowed, "
                  "and one each 6000 ms");
  }
}

TEST_CASE("tool_limits: tasks", "[oracle][REQ-043]") {
  const harness::Scenario scenario = scenario_of(0, 5'000);
  ProviderStory story("tool_limits", &scenario);
  for (int n = 0; n < 3; ++n) call(story, turn(1, 1), 10s + 1s * n);
  for (int n = 0; n < 3; ++n) call(story, turn(2, 1), 10s + 1s * n);
  SECTION("three each") { check_silent(story.told(), 6); }
  SECTION("a fourth") {
    call(story, turn(2, 1), 14s);
    check_witness(story.told(), "u1.s0.t2",
                  "made call 4 of the tool search in one turn; 3 are allowed");
  }
}

TEST_CASE("tool_limits: nobody is refused before", "[oracle][REQ-041][REQ-045]") {
  const harness::Scenario scenario = scenario_of(0, 0);
  ProviderStory story("tool_limits", &scenario);
  SECTION("of the minute, when it was used up, though the last of it is told a little later") {
    for (std::uint32_t n = 0; n < 9; ++n) told_call(story, turn(n, 1), 10s);
    refuse(story, turn(20, 1), 11s, "minute", 10);
    told_call(story, turn(9, 1), 11500ms);
    check_silent(story.told(), 1);
  }
  SECTION("of the minute, after nine") {
    for (std::uint32_t n = 0; n < 9; ++n) told_call(story, turn(n, 1), 10s);
    refuse(story, turn(20, 1), 11s, "minute", 10);
    check_witness(story.told(), "u1.s0.t20",
                  "was refused the tool search after 9 calls of its user in a minute; 10 are "
                  "allowed");
  }
  SECTION("of the minute, when the ten are over") {
    for (std::uint32_t n = 0; n < 10; ++n) told_call(story, turn(n, 1), 10s);
    refuse(story, turn(20, 1), 90s, "minute", 10);
    CHECK(story.told().violation_count == 1);
  }
  SECTION("of the task") {
    told_call(story, turn(1, 1), 10s);
    told_call(story, turn(1, 1), 11s);
    refuse(story, turn(1, 1), 12s, "task", 3);
    check_witness(story.told(), "u1.s0.t1",
                  "was refused the tool search for its task after 2 calls; 3 are allowed");
  }
  SECTION("of the task, after three") {
    for (int n = 0; n < 3; ++n) told_call(story, turn(1, 1), 10s);
    refuse(story, turn(1, 1), 12s, "task", 3);
    check_silent(story.told(), 1);
  }
}
