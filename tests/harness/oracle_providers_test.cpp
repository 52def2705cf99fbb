// The oracles of the choice of providers: that the first one is asked again when it is well, that
// the choice is steady, and that the providers of one account wait together.
#include "provider_story.hpp"

using namespace test;

namespace {

harness::Scenario two_providers() {
  harness::Scenario scenario;
  scenario.agent.providers = {"primary", "second"};
  return scenario;
}

// A request every 100 ms, from `at` on, that asks this one first.
Nanos ask(ProviderStory& story, const char* key, Nanos at, std::uint32_t times,
          const char* how = "ok") {
  static std::uint32_t asked = 0;
  for (std::uint32_t i = 0; i < times; ++i, at += 100ms) {
    const world::TurnId who = turn(++asked);
    story.agent({.kind = LedgerKind::called, .at = at, .turn = who, .key = key, .value = 1});
    story.agent({.kind = LedgerKind::call_ended, .at = at, .turn = who, .key = key, .from = how});
  }
  return at;
}

}  // namespace

TEST_CASE("prefers_first: an outage is a reason, and so is an open breaker", "[oracle]") {
  const harness::Scenario scenario = two_providers();
  ProviderStory story("prefers_first", 20e9, &scenario);
  Nanos at = ask(story, "primary", 0s, 300);
  at = ask(story, "primary", at, 5, "status");
  story.agent({.kind = LedgerKind::breaker, .at = at, .key = "primary", .from = "closed",
               .to = "open"});
  at = ask(story, "second", at, 1'000);
  story.agent({.kind = LedgerKind::breaker, .at = at, .key = "primary", .from = "half_open",
               .to = "closed"});
  at = ask(story, "second", at, 50);
  SECTION("it comes back") {
    at = ask(story, "primary", at, 600);
    CHECK(story.told().violation_count == 0);
    CHECK(story.told().checked >= 5);
  }
  SECTION("one in ten asks another one to explore") {
    for (int i = 0; i < 60; ++i) {
      at = ask(story, "primary", at, 9);
      at = ask(story, "second", at, 1);
    }
    CHECK(story.told().violation_count == 0);
  }
  SECTION("it does not come back") {
    at = ask(story, "second", at, 350);
    const InvariantResult result = story.told();
    CHECK(result.violation_count >= 1);
    CHECK(result.violations[0].what.find("has been well for") != std::string::npos);
  }
}

TEST_CASE("prefers_first judges nothing of one provider, or of few requests", "[oracle]") {
  harness::Scenario scenario;
  scenario.agent.providers = {"primary"};
  ProviderStory alone("prefers_first", 20e9, &scenario);
  ask(alone, "second", 0s, 300);
  CHECK(alone.told().checked == 0);
  const harness::Scenario two = two_providers();
  ProviderStory few("prefers_first", 20e9, &two);
  for (int i = 0; i < 20; ++i) ask(few, "second", i * 10s, 10);
  CHECK(few.told().checked == 0);
}

TEST_CASE("steady_choice: so many changes in a minute, without those who explore", "[oracle]") {
  ProviderStory story("steady_choice", 2);
  Nanos at = ask(story, "primary", 0s, 100);
  SECTION("explorers") {
    for (int i = 0; i < 50; ++i) {
      at = ask(story, "second", at, 3);
      at = ask(story, "primary", at, 3);
    }
    CHECK(story.told().violation_count == 0);
  }
  SECTION("two in a minute, often") {
    for (int i = 0; i < 10; ++i) {
      at = ask(story, i % 2 == 0 ? "second" : "primary", at, 310);
    }
    CHECK(story.told().violation_count == 0);
  }
  SECTION("three in a minute") {
    at = ask(story, "second", at, 150);
    at = ask(story, "primary", at, 150);
    at = ask(story, "second", at, 150);
    const InvariantResult result = story.told();
    REQUIRE(result.violation_count == 1);
    CHECK(result.violations[0].what ==
          "is among the first to ask second instead of primary, change 3 of the provider within "
          "30s; 2 in a minute are allowed");
  }
}

TEST_CASE("retry_after_honoured: what one deployment was told holds for its account", "[oracle]") {
  harness::Scenario scenario;
  scenario.agent.providers = {"east", "west", "other"};
  scenario.agent.rate.groups = {{"account", {"east", "west"}, 0, 0}};
  const auto told = [&](const char* backend, Nanos at) {
    ProviderStory story("retry_after_honoured", &scenario);
    story.prompt({.turn = turn(1), .at = 10s, .ended = 10s, .backend = "east", .status = 429,
                  .retry_after = 20s});
    story.prompt({.turn = turn(1), .at = at, .backend = backend});
    return story.told().violation_count;
  };
  CHECK(told("east", 11s) == 1);
  CHECK(told("west", 11s) == 1);
  CHECK(told("other", 11s) == 0);
  CHECK(told("west", 31s) == 0);
}
