#include "provider_story.hpp"
#include "seed_breaker.hpp"

using namespace test;

namespace {

// Calls through the seed's breaker; the ledger goes to the oracle.
class SeedCore {
 public:
  explicit SeedCore(SeedBreaker::Config config = {}) : breaker_(config) {}

  // Begins a call of the key; the number to end it with, or 0 when it was turned away.
  int begin(const std::string& key, std::int64_t now_ms) {
    keys_.insert({key, "closed"});
    const bool admitted = breaker_.admit(key, now_ms);
    tell_moves(now_ms);
    const int number = ++calls_;
    write(admitted ? LedgerKind::called : LedgerKind::rejected, now_ms, key, number, "", "");
    if (!admitted) return 0;
    begun_[number] = {key, now_ms};
    return number;
  }

  void end(int number, std::int64_t now_ms, bool ok) {
    if (number == 0) return;
    const auto [key, begun] = begun_.at(number);
    write(LedgerKind::call_ended, now_ms, key, number, ok ? "ok" : "status", "", ok ? 200 : 503);
    if (ok) {
      breaker_.record_success(key);
    } else {
      breaker_.record_failure(key, begun);  // the seed hands over when the call began
    }
    tell_moves(now_ms);
  }

  void call(const std::string& key, std::int64_t now_ms, std::int64_t took_ms, bool ok) {
    const int number = begin(key, now_ms);
    end(number, now_ms + took_ms, ok);
  }

  InvariantResult told() { return story_.told(); }
  bool said(const std::string& key, const std::string& words) {
    for (const reports::Violation& violation : story_.oracle().result().violations) {
      if (violation.who == key && violation.what.find(words) != std::string::npos) return true;
    }
    return false;
  }

 private:
  void tell_moves(std::int64_t now_ms) {
    for (auto& [key, before] : keys_) {
      const std::string now = breaker_.state(key, now_ms);
      if (now == before) continue;
      write(LedgerKind::breaker, now_ms, key, 0, before, now);
      before = now;
    }
  }

  void write(LedgerKind kind, std::int64_t now_ms, const std::string& key, int number,
             const std::string& from, const std::string& to, std::int64_t value = 0) {
    story_.agent({.kind = kind, .at = std::chrono::milliseconds(now_ms),
                  .turn = turn(static_cast<std::uint32_t>(number)), .key = key.c_str(),
                  .from = from.c_str(), .to = to.c_str(), .value = value});
  }

  SeedBreaker breaker_;
  ProviderStory story_{"breaker_model"};
  std::map<std::string, std::string> keys_;  // with what was last told of them
  std::map<int, std::pair<std::string, std::int64_t>> begun_;
  int calls_ = 0;
};

// A ledger by hand, of the key "primary".
class Ledgers {
 public:
  Ledgers& called(std::uint32_t call, Nanos at) { return entry(LedgerKind::called, call, at); }
  Ledgers& ended(std::uint32_t call, Nanos at, const char* how, std::int64_t status = 0) {
    return entry(LedgerKind::call_ended, call, at, how, "", status);
  }
  Ledgers& failed(std::uint32_t call, Nanos at) { return ended(call, at, "timeout"); }
  Ledgers& moved(Nanos at, const char* from, const char* to) {
    return entry(LedgerKind::breaker, 0, at, from, to);
  }
  Ledgers& by_hand(Nanos at, const char* from, const char* to) {
    return entry(LedgerKind::breaker, 0, at, from, to, -1);
  }
  Ledgers& rejected(std::uint32_t call, Nanos at) { return entry(LedgerKind::rejected, call, at); }

  // Five calls that fail, from 10 s on, and what follows from it at 14.5 s.
  Ledgers& opened() {
    for (std::uint32_t n = 0; n < 5; ++n) {
      called(n, 10s + 1s * n).failed(n, 10500ms + 1s * n);
    }
    return moved(14500ms, "closed", "open");
  }
  InvariantResult told() { return story_.told(); }

 private:
  Ledgers& entry(LedgerKind kind, std::uint32_t call, Nanos at, const char* from = "",
                 const char* to = "", std::int64_t value = 0) {
    story_.agent({.kind = kind, .at = at, .turn = turn(call), .key = "primary", .from = from,
                  .to = to, .value = value});
    return *this;
  }

  ProviderStory story_{"breaker_model"};
};

}  // namespace

TEST_CASE("breaker_model: the seed's breaker is sound where it is", "[oracle]") {
  SeedCore core;
  for (int n = 0; n < 5; ++n) core.call("a", 1'000 * n, 100, false);  // opens at 4.1 s
  core.call("a", 30'000, 100, true);                                  // turned away
  core.call("a", 70'000, 100, true);
  core.call("a", 71'000, 100, true);  // closes
  core.call("a", 72'000, 100, true);
  check_silent(core.told(), 13);
}

TEST_CASE("breaker_model finds C3: one state for all keys", "[oracle]") {
  SeedCore core;
  core.call("b", 0, 100, true);
  for (int n = 0; n < 5; ++n) core.call("a", 1'000 * n, 100, false);
  core.call("b", 10'000, 100, true);
  core.told();
  CHECK(core.said("b", "the breaker went from closed to open without a failure of its own"));
  CHECK(core.said("b", "the breaker let a call through while it was open, 5.9s after"));
  CHECK_FALSE(core.said("a", "closed to open"));
}

TEST_CASE("breaker_model finds C4: successes of a closed breaker erase its failures", "[oracle]") {
  SeedCore core;
  for (int n = 0; n < 200; ++n) core.call("a", 1'000 * n, 100, n % 4 >= 2);  // F F S S ...
  check_witness(core.told(), "a",
                "the breaker did not open though 8 of the last 15 calls had failed by 14.1 s, as "
                "u0.s0.t16 shows");
}

TEST_CASE("breaker_model finds C5: half open lets everybody through, and may stay so", "[oracle]") {
  SECTION("all at once") {
    SeedCore core;
    for (int n = 0; n < 5; ++n) core.call("a", 1'000 * n, 100, false);
    std::vector<int> probes;
    for (int n = 0; n < 50; ++n) probes.push_back(core.begin("a", 70'000));
    CHECK(core.told().violation_count == 49);
    CHECK(core.said("a", "the breaker let a second probe through while one was under way"));
  }
  SECTION("a failed probe does not open it when the window is shorter than the reset") {
    SeedBreaker::Config config;
    config.window_ms = 30'000;
    SeedCore core(config);
    for (int n = 0; n < 5; ++n) core.call("a", 1'000 * n, 100, false);
    core.call("a", 70'000, 100, false);
    core.call("a", 71'000, 100, false);
    check_witness(core.told(), "a",
                  "the breaker did not open again when a probe had failed, as u0.s0.t7 shows");
  }
}

TEST_CASE("breaker_model finds C13: failures dated by their beginning", "[oracle]") {
  SeedCore core;
  std::vector<int> calls;
  for (int n = 0; n < 12; ++n) calls.push_back(core.begin("a", 1'000 * n));
  for (int n = 0; n < 12; ++n) {
    core.end(calls[static_cast<std::size_t>(n)], 60'000 + 1'000 * n, false);
  }
  core.call("a", 75'000, 60'000, false);
  CHECK(core.told().violation_count > 0);
  CHECK(core.said("a", "the breaker went from open to half_open after 11s; it should stay open for "
                       "60s"));
}

TEST_CASE("breaker_model is silent on what may be", "[oracle]") {
  Ledgers ledger;
  SECTION("a whole round") {
    ledger.opened().rejected(9, 20s).moved(75s, "open", "half_open");
    ledger.called(10, 75s).rejected(11, 75s).ended(10, 76s, "ok");
    ledger.called(12, 77s).ended(12, 78s, "ok").moved(78s, "half_open", "closed").called(13, 79s);
    check_silent(ledger.told(), 14);
  }
  SECTION("moves told before the completion that causes them") {
    for (std::uint32_t n = 0; n < 4; ++n) {
      ledger.called(n, 10s + 1s * n).failed(n, 10500ms + 1s * n);
    }
    ledger.called(4, 14s).moved(15s, "closed", "open").failed(4, 15s);
    ledger.moved(75s, "open", "half_open").called(5, 75s);
    ledger.moved(76s, "half_open", "open").failed(5, 76s).rejected(6, 77s);
    check_silent(ledger.told(), 9);
  }
  SECTION("ten percent of jitter, and a probe whose lease has run out") {
    ledger.opened().moved(68600ms, "open", "half_open").called(9, 69s);
    ledger.moved(100s, "half_open", "open");
    CHECK(ledger.told().violation_count == 0);
  }
  SECTION("a probe that was cancelled says nothing; another may come") {
    ledger.opened().moved(75s, "open", "half_open").called(9, 75s).ended(9, 76s, "cancelled");
    ledger.called(10, 77s).ended(10, 78s, "ok").called(11, 79s).ended(11, 80s, "ok");
    ledger.moved(80s, "half_open", "closed");
    CHECK(ledger.told().violation_count == 0);
  }
  SECTION("what callers did wrong, and pleas for patience, are no failures") {
    for (std::uint32_t n = 0; n < 60; ++n) {
      ledger.called(n, 10s + 1s * n).ended(n, 10s + 1s * n, "status", n % 2 == 0 ? 400 : 429);
    }
    check_silent(ledger.told(), 0);
  }
  SECTION("failures that are older than the window") {
    for (std::uint32_t n = 0; n < 12; ++n) ledger.called(n, 100s * n).failed(n, 100s * n + 1s);
    CHECK(ledger.told().violation_count == 0);
  }
  SECTION("few failures among many calls") {
    for (std::uint32_t n = 0; n < 3000; ++n) {
      ledger.called(n, 100ms * n).ended(n, 100ms * n, n % 3 == 0 ? "reset" : "ok");
    }
    CHECK(ledger.told().violation_count == 0);
  }
  SECTION("calls that were under way when it opened") {
    for (std::uint32_t n = 0; n < 20; ++n) ledger.called(n, 10s);
    for (std::uint32_t n = 0; n < 5; ++n) ledger.failed(n, 20s);
    ledger.moved(20s, "closed", "open");
    for (std::uint32_t n = 5; n < 20; ++n) ledger.failed(n, 30s);
    ledger.moved(80s, "open", "half_open").called(30, 80s).ended(30, 81s, "ok");
    CHECK(ledger.told().violation_count == 0);
  }
  SECTION("each time it is more patient, up to a bound, until it was well for a window") {
    ledger.opened();
    Nanos at = 14500ms;
    std::uint32_t call = 20;
    for (const Nanos open : {60s, 120s, 180s, 240s, 300s, 300s}) {
      at += open;
      ledger.moved(at, "open", "half_open").called(call, at).failed(call, at + 1s);
      ledger.moved(at + 1s, "half_open", "open").rejected(call + 1, at + 2s);
      at += 1s;
      call += 2;
    }
    at += 310s;
    ledger.moved(at, "open", "half_open");
    for (int n = 0; n < 2; ++n) ledger.called(call + 1, at).ended(call + 1, at, "ok");
    ledger.moved(at, "half_open", "closed");
    at += 300s;
    for (int n = 0; n < 5; ++n) ledger.called(call + 2, at).failed(call + 2, at);
    ledger.moved(at, "closed", "open").moved(at + 60s, "open", "half_open");
    CHECK(ledger.told().violation_count == 0);
  }
  SECTION("moved by hand") {
    ledger.by_hand(10s, "closed", "open").rejected(9, 20s).rejected(10, 1000s);
    ledger.by_hand(1010s, "open", "closed").called(11, 1011s);
    CHECK(ledger.told().violation_count == 0);
  }
  SECTION("opened by calls that were slow") {
    for (std::uint32_t n = 0; n < 12; ++n) ledger.called(n, 10s * n).ended(n, 10s * n + 9s, "ok");
    ledger.moved(119s, "closed", "open");
    CHECK(ledger.told().violation_count == 0);
  }
}

TEST_CASE("breaker_model finds each defect", "[oracle]") {
  Ledgers ledger;
  SECTION("it does not open") {
    for (std::uint32_t n = 0; n < 7; ++n) {
      ledger.called(n, 10s + 1s * n).failed(n, 10500ms + 1s * n);
    }
    check_witness(ledger.told(), "primary",
                  "the breaker did not open after 5 failures in a row, of which the last ended at "
                  "14.5 s, as u0.s0.t5 shows");
  }
  SECTION("it has not opened when the run ends") {
    for (std::uint32_t n = 0; n < 5; ++n) {
      ledger.called(n, 10s + 1s * n).failed(n, 10500ms + 1s * n);
    }
    ledger.ended(99, 20s, "ok");
    CHECK(ledger.told().violation_count == 1);
  }
  SECTION("open, it lets a call through") {
    check_witness(ledger.opened().called(9, 20s).told(), "primary",
                  "the breaker let a call through while it was open, 5.5s after it had opened, as "
                  "u0.s0.t9 shows");
  }
  SECTION("closed, it turns a call away") {
    check_witness(ledger.called(1, 10s).ended(1, 11s, "ok").rejected(2, 12s).told(), "primary",
                  "the breaker turned a call away while it was closed, as u0.s0.t2 shows");
  }
  SECTION("too short") {
    check_witness(ledger.opened().moved(60s, "open", "half_open").told(), "primary",
                  "the breaker went from open to half_open after 45.5s; it should stay open for "
                  "60s, as u0.s0.t0 shows");
  }
  SECTION("too soon: four failures are not five") {
    for (std::uint32_t n = 0; n < 4; ++n) {
      ledger.called(n, 10s + 1s * n).failed(n, 10500ms + 1s * n);
    }
    check_witness(ledger.moved(14s, "closed", "open").told(), "primary",
                  "the breaker went from closed to open, with 4 failures in a row since 0 s, "
                  "neither many nor slow enough, as u0.s0.t0 shows");
  }
  SECTION("it never lets a probe through") {
    check_witness(ledger.opened().rejected(9, 79s).rejected(10, 81s).told(), "primary",
                  "the breaker turned a call away 66.5s after it had opened; it should stay open "
                  "for 60s, as u0.s0.t10 shows");
  }
  SECTION("half open, with nobody to probe it") {
    ledger.opened().moved(75s, "open", "half_open").called(9, 75s).ended(9, 76s, "ok");
    check_witness(ledger.rejected(10, 77s).told(), "primary",
                  "the breaker turned a call away while it was half open and no probe was under "
                  "way, as u0.s0.t10 shows");
  }
  SECTION("opened anew, it is not more patient") {
    ledger.opened().moved(75s, "open", "half_open").called(9, 75s).failed(9, 76s);
    ledger.moved(76s, "half_open", "open").moved(140s, "open", "half_open");
    check_witness(ledger.told(), "primary",
                  "the breaker went from open to half_open after 64s; it should stay open for "
                  "2m, as u0.s0.t0 shows");
  }
  SECTION("without half open") {
    check_witness(ledger.opened().moved(80s, "open", "closed").told(), "primary",
                  "the breaker went from open to closed, which no breaker does, as u0.s0.t0 shows");
  }
  SECTION("from what it was not") {
    check_witness(ledger.opened().moved(80s, "half_open", "closed").told(), "primary",
                  "the breaker went from half_open to closed, but was open since 14.5 s, as "
                  "u0.s0.t0 shows");
  }
  ledger.opened().moved(75s, "open", "half_open");
  SECTION("it closes too early") {
    ledger.called(9, 75s).ended(9, 76s, "ok").moved(76s, "half_open", "closed");
    check_witness(ledger.told(), "primary",
                  "the breaker went from half_open to closed after 1 good probe of the 2 that it "
                  "takes, as u0.s0.t0 shows");
  }
  SECTION("it closes on a failure") {
    ledger.called(9, 75s).failed(9, 76s).moved(76s, "half_open", "closed");
    CHECK(ledger.told().violation_count == 1);
  }
  SECTION("it closes by a cancellation") {
    ledger.called(9, 75s).ended(9, 76s, "cancelled").moved(76s, "half_open", "closed");
    CHECK(ledger.told().violation_count == 1);
  }
  SECTION("it does not close") {
    for (std::uint32_t n = 9; n < 12; ++n) {
      ledger.called(n, 70s + 1s * n).ended(n, 70s + 1s * n, "ok");
    }
    check_witness(ledger.told(), "primary",
                  "the breaker did not close after 2 good probes, as u0.s0.t11 shows");
  }
  SECTION("it opens without a probe") {
    check_witness(ledger.moved(76s, "half_open", "open").told(), "primary",
                  "the breaker went from half_open to open without a probe of its own since 75 s, "
                  "as u0.s0.t0 shows");
  }
}
