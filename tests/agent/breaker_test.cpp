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

  explicit Bench(BreakerPolicy policy = BreakerPolicy::hybrid, Defect defect = Defect::none)
      : Bench(BreakerConfig{}, policy, defect) {}
  explicit Bench(BreakerConfig config, BreakerPolicy policy = BreakerPolicy::hybrid,
                 Defect defect = Defect::none) {
    config.policy = policy;
    if (config.jitter_percent == 10) config.jitter_percent = 0;  // tested by itself
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

  // One of ten calls a second, whose answer begins after so long.
  bool speaks_after(Nanos latency) {
    Breaker::Permit permit = breaker->admit("a");
    if (!permit.admitted) return false;
    permit.latency = latency;
    breaker->report("a", permit, kOk);
    pass(100ms);
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

TEST_CASE("successes while closed never erase failures, when only their count matters",
          "[breaker][REQ-005]") {
  BreakerConfig config;  // the rule of the seed, without its defects
  config.calls_min = 1;
  config.ratio_percent = 1;
  Bench b(config);
  b.calls("FFSSFFSS");
  CHECK(b.told.empty());
  b.calls("F");
  CHECK(b.told == std::vector<std::string>{"a closed>open"});
}

TEST_CASE("which outcomes count against a provider", "[breaker][REQ-011]") {
  struct Row {
    Outcome outcome;
    std::int64_t failures;  // of one call
  };
  const Row rows[] = {{{OutcomeKind::refused, 0}, 1},    {{OutcomeKind::unresolved, 0}, 1},
                      {{OutcomeKind::timeout, 0}, 1},    {{OutcomeKind::reset, 0}, 1},
                      {{OutcomeKind::invalid, 0}, 1},    {{OutcomeKind::status, 500}, 1},
                      {{OutcomeKind::status, 503}, 1},   {{OutcomeKind::status, 400}, 0},
                      {{OutcomeKind::status, 404}, 0},   {{OutcomeKind::status, 429}, 0},
                      {{OutcomeKind::cancelled, 0}, 0},  {{OutcomeKind::ok, 0}, 0}};
  for (const Row& row : rows) {
    Bench b;
    b.call(row.outcome);
    CHECK(b.breaker->view("a").failures == row.failures);
  }
}

TEST_CASE("noise at load opens nothing, and an outage behind it does at once",
          "[breaker][REQ-014]") {
  Bench b;
  const world::Random random(7);
  constexpr world::Purpose kNoise{"test.noise"};
  for (std::uint64_t i = 0; i < 30'000; ++i) {  // 50 a second, ten minutes long
    CHECK(b.call(random.chance(10'000, kNoise, 1, i) ? kFail : kOk));
    b.pass(20ms);
  }
  CHECK(b.told.empty());
  int more = 0;
  while (b.call(kFail)) ++more;
  CHECK(more <= 5);
}

TEST_CASE("what crawls is degraded, and then open, without one error", "[breaker][REQ-015]") {
  Bench b;
  for (int i = 0; i < 300; ++i) b.speaks_after(600ms);
  CHECK(b.breaker->view("a").typical == 600ms);
  CHECK_FALSE(b.breaker->view("a").degraded);
  bool degraded = false;
  int calls = 0;
  while (calls < 200 && b.speaks_after(6s)) {
    degraded = degraded || b.breaker->view("a").degraded;
    ++calls;
  }
  CHECK(degraded);
  CHECK(b.told == std::vector<std::string>{"a closed>open"});
  CHECK(b.breaker->view("a").reason == "slow_calls");
  CHECK(calls >= 8);
  CHECK(calls <= 100);  // ten seconds
}

TEST_CASE("where calls are few, slowness is seen over a minute", "[breaker][REQ-015]") {
  Bench b;
  for (int i = 0; i < 300; ++i) b.call(kOk, "a", 600ms);
  int calls = 0;
  while (calls < 100 && b.call(kOk, "a", 6s)) ++calls;
  CHECK(b.told == std::vector<std::string>{"a closed>open"});
  CHECK(calls <= 20);
}

TEST_CASE("slowness that is usual, short, or below the floor opens nothing", "[breaker]") {
  SECTION("always slow") {
    Bench b;
    for (int i = 0; i < 100; ++i) CHECK(b.call(kOk, "a", 30s));
  }
  SECTION("below the floor") {
    Bench b;
    for (int i = 0; i < 300; ++i) b.call(kOk, "a", 100ms);
    for (int i = 0; i < 100; ++i) CHECK(b.call(kOk, "a", 1900ms));
  }
  SECTION("every second one") {
    Bench b;
    for (int i = 0; i < 200; ++i) CHECK(b.call(kOk, "a", i % 2 == 0 ? 9s : 500ms));
  }
  SECTION("the rule is off") {
    BreakerConfig config;
    config.slow_percent = 0;
    Bench b(config);
    for (int i = 0; i < 300; ++i) b.call(kOk, "a", 600ms);
    for (int i = 0; i < 100; ++i) CHECK(b.call(kOk, "a", 20s));
  }
  SECTION("a long stream that began in time") {
    Bench b;
    for (int i = 0; i < 300; ++i) {
      Breaker::Permit permit = b.breaker->admit("a");
      CHECK(permit.admitted);
      permit.latency = 500ms;
      b.pass(i < 200 ? 1s : 60s);
      b.breaker->report("a", permit, kOk);
    }
  }
  SECTION("a ramp over some minutes is seen all the same") {
    Bench b;
    for (int i = 0; i < 3'000; ++i) b.speaks_after(1s);
    bool open = false;
    for (int i = 0; i < 3'000 && !open; ++i) open = !b.speaks_after(1s + i * 3ms);
    CHECK(open);
  }
}

TEST_CASE("each time it opens it stays so for longer, until it was well for a while",
          "[breaker][REQ-009][REQ-017]") {
  Bench b;
  const auto stays_open = [&b] {
    Nanos time{0};
    while (b.breaker->closed_for("a") > 0s) {
      b.pass(1s);
      time += 1s;
    }
    return time;
  };
  b.calls("FFFF");
  b.call(kFail);
  for (const Nanos expected : {60s, 120s, 180s, 240s, 300s, 300s}) {
    CHECK(stays_open() == expected);
    b.call(kFail);
  }
  CHECK(b.breaker->view("a").openings == 7);
  stays_open();
  b.calls("SS");
  CHECK(b.told.back() == "a half_open>closed");
  SECTION("soon again: it flaps") {
    b.calls("FFFF");
    b.call(kFail);
    CHECK(stays_open() == 300s);
  }
  SECTION("after a good window") {
    b.pass(300s);
    b.calls("FFFF");
    b.call(kFail);
    CHECK(stays_open() == 60s);
  }
}

TEST_CASE("the time that it stays open is jittered, up to a tenth more, by key",
          "[breaker][REQ-017]") {
  BreakerConfig config;
  config.jitter_percent = 9;  // not the default, which the bench takes out
  Bench b(config);
  Nanos least = 1h;
  Nanos most{0};
  for (int i = 0; i < 200; ++i) {
    const std::string key = "k" + std::to_string(i);
    for (int n = 0; n < 5; ++n) b.call(kFail, key);
    least = std::min(least, b.breaker->closed_for(key));
    most = std::max(most, b.breaker->closed_for(key));
  }
  CHECK(least >= 60s);
  CHECK(least < 60'300ms);
  CHECK(most <= 65'400ms);
  CHECK(most > 65'100ms);
}

TEST_CASE("what an earlier state admitted counts no more", "[breaker][REQ-012]") {
  Bench b;
  const Breaker::Permit early = b.breaker->admit("a");
  b.calls("FFFFF");
  b.breaker->report("a", early, kOk);
  CHECK(b.told.back() == "a closed>open");
  b.pass(60s);
  const Breaker::Permit probe = b.breaker->admit("a");
  REQUIRE(probe.is_probe);
  b.breaker->report("a", early, kFail);
  CHECK(b.told.back() == "a open>half_open");
  CHECK(b.breaker->view("a").retry_after == 31s);  // the probe is still under way
}

TEST_CASE("a probe that has begun to speak is heard to its end", "[breaker]") {
  Bench b;
  b.calls("FFFFF");
  b.pass(60s);
  const Breaker::Permit probe = b.breaker->admit("a");
  b.pass(5s);
  b.breaker->speaks("a", probe);
  b.pass(120s);
  CHECK(b.breaker->view("a").state == "half_open");
  CHECK_FALSE(b.breaker->admit("a").admitted);
  b.breaker->report("a", probe, kOk);
  CHECK(b.call(kOk));
  CHECK(b.told.back() == "a half_open>closed");
}

TEST_CASE("it can be read, closed and opened by hand", "[breaker][REQ-013]") {
  Bench b;
  CHECK(b.breaker->views().empty());
  b.calls("FFFFF");
  b.call(kOk, "b");
  const auto views = b.breaker->views();
  REQUIRE(views.size() == 2);
  CHECK(views[0].key == "a");
  CHECK(views[0].state == "open");
  CHECK(views[0].retry_after == 59s);
  CHECK(views[0].reason == "failures_in_a_row");
  CHECK(views[1].state == "closed");
  b.breaker->reset("a");
  CHECK(b.told.back() == "a open>closed");
  CHECK(b.call(kOk));
  CHECK(b.calls("FFFF") == 4);
  CHECK(b.call(kOk));
  b.breaker->isolate("b");
  CHECK(b.breaker->view("b").isolated);
  b.pass(1h);
  CHECK_FALSE(b.call(kOk, "b"));
  CHECK(b.call(kOk, "a"));
  b.breaker->reset("b");
  CHECK(b.call(kOk, "b"));
}

TEST_CASE("providers and tools have the same breaker, to the field", "[breaker][REQ-001]") {
  const std::string script = "FSFFFFFFFFSFFSSFS";
  Bench provider;
  Bench tool;
  for (const char c : script) {
    provider.call(c == 'F' ? kFail : kOk, "primary");
    tool.call(c == 'F' ? kFail : kOk, "tool:search");
    provider.pass(31s);
    tool.pass(31s);
  }
  REQUIRE(provider.told.size() >= 4);
  REQUIRE(provider.told.size() == tool.told.size());
  const auto moves = [](std::vector<std::string> told) {
    for (std::string& each : told) each = each.substr(each.find(' '));
    return told;
  };
  CHECK(moves(provider.told) == moves(tool.told));
  const std::string left = agent::to_json(provider.breaker->view("primary"));
  const std::string right = agent::to_json(tool.breaker->view("tool:search"));
  CHECK(left.substr(left.find(",\"state\"")) == right.substr(right.find(",\"state\"")));
  for (const char* member :
       {"key", "state", "degraded", "isolated", "calls", "failures", "slow_calls",
        "consecutive_failures", "openings", "since_ms", "retry_after_ms", "typical_ms", "reason"}) {
    CHECK(left.find("\"" + std::string(member) + "\":") != std::string::npos);
  }
  CHECK(agent::breakers_json(provider.breaker->views()) ==
        R"({"object":"list","data":[)" + left + "]}");
}

TEST_CASE("the words for an open breaker round seconds up", "[breaker][REQ-006]") {
  CHECK(agent::open_text("primary", 60s) ==
        "Circuit breaker open for primary. Retry after 60s");
  CHECK(agent::open_text("tool:x", 41'000'000'001ns) ==
        "Circuit breaker open for tool:x. Retry after 42s");
  CHECK(agent::open_text("p", 1ns) == "Circuit breaker open for p. Retry after 1s");
}

TEST_CASE("keys beyond the bound are let through, unwatched", "[breaker]") {
  BreakerConfig config;
  config.keys_max = 2;
  Bench b(config);
  for (const char* key : {"a", "b", "c"}) {
    for (int i = 0; i < 5; ++i) b.call(kFail, key);
  }
  CHECK_FALSE(b.call(kOk, "a"));
  CHECK_FALSE(b.call(kOk, "b"));
  CHECK(b.call(kOk, "c"));
  CHECK(b.breaker->views().size() == 2);
}

TEST_CASE("a table of many keys finds each, and lists them as they came", "[breaker]") {
  agent::KeyTable<int> table(1'000);
  for (int i = 0; i < 1'000; ++i) *table.find_or_add("k" + std::to_string(i)) = i;
  CHECK(table.find_or_add("one more") == nullptr);
  CHECK(table.find("unknown") == nullptr);
  for (int i = 0; i < 1'000; ++i) CHECK(*table.find("k" + std::to_string(i)) == i);
  CHECK(*table.find_or_add("k7") == 7);
  for (std::size_t i = 0; i < table.size(); ++i) {
    CHECK(table.at(i).key == "k" + std::to_string(i));
    CHECK(table.at(i).value == static_cast<int>(i));
  }
}
