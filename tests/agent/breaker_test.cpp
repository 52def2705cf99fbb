// The circuit breaker against tables of calls, in virtual time; and the one of the seed, whose four
// defects are shown one by one.
#include <catch2/catch.hpp>

#include "agent/providers/circuit_breaker.hpp"
#include "agent/providers/seed_breaker.hpp"
#include "tests/support/worlds.hpp"

using namespace std::chrono_literals;
using agent::Breaker;
using agent::BreakerConfig;
using agent::BreakerPolicy;
using agent::CircuitBreaker;
using agent::Defect;
using agent::Outcome;
using agent::OutcomeKind;
using agent::SeedBreaker;
using world::Nanos;

namespace {

const Outcome kOk{OutcomeKind::ok, 0};
const Outcome kFail{OutcomeKind::status, 503};

struct Bench {
  world::SimClock clock;
  std::vector<std::string> told;
  std::unique_ptr<Breaker> breaker;

  explicit Bench(BreakerPolicy policy = BreakerPolicy::hybrid, Defect defect = Defect::none) {
    BreakerConfig config;
    config.policy = policy;
    config.jitter_percent = 0;  // tested by itself
    breaker = agent::make_breaker(
        clock, config, 31s, defect,
        [this](std::string_view key, std::string_view from, std::string_view to, std::int64_t) {
          told.push_back(std::string(key) + " " + std::string(from) + ">" + std::string(to));
        });
  }

  void pass(Nanos time) {
    struct Nap {
      static world::Task<void> take(world::Clock& c, Nanos t) { co_await c.sleep(t); }
    };
    clock.run(Nap::take(clock, time));
  }

  // One call that takes so long; false when it was not admitted.
  bool call(const Outcome& outcome, const std::string& key = "a", Nanos takes = 0s) {
    const Breaker::Permit permit = breaker->admit(key);
    if (!permit.admitted) return false;
    if (takes > 0s) pass(takes);
    breaker->report(key, permit, outcome);
    return true;
  }

  // F and S, one call a second; how many were admitted.
  int calls(const std::string& script, Nanos takes = 0s) {
    int admitted = 0;
    for (const char c : script) {
      admitted += call(c == 'F' ? kFail : kOk, "a", takes) ? 1 : 0;
      pass(1s);
    }
    return admitted;
  }
};

std::string repeat(const std::string& what, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += what;
  return all;
}

}  // namespace

TEST_CASE("when a breaker opens", "[breaker][REQ-003][REQ-014]") {
  struct Row {
    const char* why;
    std::string script;
    bool opens;
  };
  const std::vector<Row> rows = {
      {"four in a row", "FFFF", false},
      {"five in a row", "FFFFF", true},
      {"half of at least ten", "FFSSFFSSFF", true},
      {"half, of too few", "FFSSFFSS", false},
      {"a success ends the row", "FFFFSFFFFSSSSSSSSS", false},
      {"noise at load", repeat("FSSSSSSSSSSSSSSSSSSS", 14), false}};
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Bench b;
    b.calls(row.script);
    CHECK(b.told.empty() == !row.opens);
    CHECK(b.call(kOk) == !row.opens);
  }
}

TEST_CASE("a failure that is older than the window does not count", "[breaker][REQ-004]") {
  Bench b;
  b.calls("FFFF");
  b.pass(301s);
  b.calls("F");
  CHECK(b.told.empty());
}

TEST_CASE("calls that hang open a breaker, and it holds for the whole time",
          "[breaker][REQ-003][REQ-006]") {
  Bench b;
  CHECK(b.calls("FFFFF", 60s) == 5);
  b.pass(58s);  // the last one ended a second ago
  CHECK_FALSE(b.call(kOk));
  CHECK(b.breaker->closed_for("a") == 1s);
  b.pass(1s);
  CHECK(b.call(kOk));
}

TEST_CASE("one probe at a time; two successes close; one failure opens anew",
          "[breaker][REQ-007][REQ-008][REQ-009]") {
  Bench b;
  b.calls("FFFFF");
  b.pass(60s);
  const Breaker::Permit probe = b.breaker->admit("a");
  CHECK(probe.admitted);
  CHECK(probe.is_probe);
  CHECK_FALSE(b.breaker->admit("a").admitted);
  b.breaker->report("a", probe, kOk);
  CHECK(b.told.back() == "a open>half_open");
  CHECK(b.call(kFail));
  CHECK(b.told.back() == "a half_open>open");
  b.pass(119s);  // it opened for the second time
  CHECK_FALSE(b.call(kOk));
  b.pass(1s);
  CHECK(b.call(kOk));
  CHECK(b.call(kOk));
  CHECK(b.told.back() == "a half_open>closed");
  CHECK(b.calls("FFFF") == 4);  // what was before is forgotten
  CHECK(b.call(kOk));
}

TEST_CASE("a probe that nobody hears of again wedges nothing", "[breaker][REQ-010][REQ-012]") {
  Bench b;
  b.calls("FFFFF");
  b.pass(60s);
  const Breaker::Permit lost = b.breaker->admit("a");
  CHECK(lost.admitted);
  SECTION("it is cancelled") {
    b.breaker->report("a", lost, Outcome{OutcomeKind::cancelled, 0});
    CHECK(b.told.back() == "a open>half_open");  // and did not close it
    CHECK(b.call(kOk));
  }
  SECTION("it hangs: at the end of its lease it has failed") {
    b.pass(31s);
    CHECK_FALSE(b.call(kOk));
    CHECK(b.told.back() == "a half_open>open");
    b.pass(120s);
    CHECK(b.call(kOk));
    b.breaker->report("a", lost, kFail);  // too late to count
    CHECK(b.call(kOk));
    CHECK(b.told.back() == "a half_open>closed");
  }
}

TEST_CASE("keys are strangers, and some outcomes say nothing of a provider",
          "[breaker][REQ-002][REQ-011]") {
  Bench b;
  b.calls("FFFFF");
  CHECK(b.call(kOk, "b"));
  const std::vector<Outcome> neutrals = {
      {OutcomeKind::status, 400}, {OutcomeKind::status, 429}, {OutcomeKind::cancelled, 0}};
  for (const Outcome& neutral : neutrals) {
    for (int i = 0; i < 20; ++i) CHECK(b.call(neutral, "c"));
  }
}

TEST_CASE("the seed's breaker: successes while closed erase failures", "[breaker]") {
  Bench b(BreakerPolicy::seed);
  CHECK(b.calls(repeat("FFSS", 50)) == 200);
  CHECK(b.told.empty());
}

TEST_CASE("the seed's breaker never holds against calls that hang", "[breaker]") {
  Bench b(BreakerPolicy::seed);
  CHECK(b.calls(repeat("F", 12), 60s) == 12);
}

TEST_CASE("the seed's breaker has one state for all keys", "[breaker]") {
  world::SimClock clock;
  SeedBreaker seed(clock, BreakerConfig{}, [](auto, auto, auto, auto) {});
  for (int i = 0; i < 5; ++i) seed.report("a", seed.admit("a"), kFail);
  CHECK(seed.state_of("b") == "open");
  CHECK(seed.admit("b").admitted);
  seed.reset("b");
  CHECK(seed.state_of("a") == "open");
}

TEST_CASE("the seed's breaker lets everybody through when half-open", "[breaker]") {
  Bench b(BreakerPolicy::seed);
  b.calls("FFFFF");
  b.pass(60s);
  for (int i = 0; i < 50; ++i) CHECK(b.breaker->admit("a").admitted);
}
