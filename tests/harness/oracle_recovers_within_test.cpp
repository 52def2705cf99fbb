#include "provider_story.hpp"

using namespace test;

namespace {

harness::Scenario scenario_with_fault(Nanos to) {
  harness::Scenario scenario;
  scenario.phases.push_back({"all", world::at(0s), world::at(600s)});
  fakes::Fault early, last;
  early.to = world::at(30s);
  last.to = world::at(to);
  scenario.faults = {last, early};
  return scenario;
}

// Two requests a second, bad while [from, to).
void traffic(ProviderStory& story, Nanos until, Nanos bad_from, Nanos bad_to) {
  std::uint32_t n = 0;
  for (Nanos at = 0s; at < until; at += 500ms, ++n) {
    const bool bad = at >= bad_from && at < bad_to;
    story.ended({.turn = turn(n), .at = at + 1s, .outcome = bad ? Outcome::error : Outcome::ok,
                 .status = bad ? 503 : 200});
  }
}

}  // namespace

TEST_CASE("recovers_within is silent on what may be", "[oracle]") {
  const harness::Scenario scenario = scenario_with_fault(100s);
  ProviderStory story("recovers_within", &scenario);
  SECTION("good again at once") {
    traffic(story, 300s, 50s, 100s);
    check_silent(story.told(), 1);
  }
  SECTION("good again after 59 s") {
    traffic(story, 300s, 50s, 159s);
    check_silent(story.told(), 1);
  }
  SECTION("a run that ends too early to say") {
    traffic(story, 130s, 50s, 130s);
    check_silent(story.told(), 0);
  }
  SECTION("no requests after the heal") {
    traffic(story, 90s, 50s, 90s);
    check_silent(story.told(), 0);
  }
  SECTION("users who leave are not service gone bad") {
    traffic(story, 300s, 50s, 100s);
    for (std::uint32_t n = 0; n < 99; ++n) {
      story.ended({.turn = turn(9'000 + n), .at = 250s + 1s * n, .outcome = Outcome::cancelled});
    }
    check_silent(story.told(), 1);
  }
}

TEST_CASE("recovers_within needs a heal", "[oracle]") {
  const bool heals_late = GENERATE(true, false);
  harness::Scenario scenario = scenario_with_fault(600s);
  if (!heals_late) scenario.faults.clear();
  ProviderStory story("recovers_within", &scenario);
  traffic(story, 600s, 0s, 600s);
  check_silent(story.told(), 0);
}

TEST_CASE("recovers_within finds each defect", "[oracle]") {
  const harness::Scenario scenario = scenario_with_fault(100s);
  ProviderStory story("recovers_within", &scenario);
  SECTION("too late") {
    traffic(story, 300s, 50s, 165s);
    check_witness(story.told(), "all users",
                  "the last fault healed at 100 s, and service was good for good only 65s later "
                  "(60s are allowed); 130 requests of 400 since then did not end well");
  }
  SECTION("never") {
    traffic(story, 300s, 50s, 300s);
    check_witness(story.told(), "all users",
                  "the last fault healed at 100 s, and service was still bad 3m 20s later and had "
                  "not recovered when the run ended (60s are allowed); 400 requests of 400 since "
                  "then did not end well");
  }
  SECTION("answers that stand in are no recovery") {
    std::uint32_t n = 0;
    for (Nanos at = 0s; at < 300s; at += 500ms, ++n) {
      story.ended({.turn = turn(n), .at = at + 1s, .degraded = at >= 50s && at < 165s});
    }
    check_witness(story.told(), "all users",
                  "the last fault healed at 100 s, and service was good for good only 65s later "
                  "(60s are allowed); 130 requests of 400 since then did not end well");
  }
  SECTION("a second bad streak") {
    std::uint32_t n = 0;
    for (Nanos at = 0s; at < 300s; at += 500ms, ++n) {
      const bool bad = (at >= 50s && at < 110s) || (at >= 200s && at < 230s);
      const Outcome outcome = bad ? Outcome::timeout : Outcome::ok;
      story.ended({.turn = turn(n), .at = at + 1s, .outcome = outcome});
    }
    const InvariantResult result = story.told();
    REQUIRE(result.violation_count == 1);
    CHECK(result.violations[0].what.find("only 2m 10s later") != std::string::npos);
  }
}
