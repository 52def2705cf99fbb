#include "harness/verdict/validity.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace harness;
using namespace std::chrono_literals;
using reports::Outcome;

namespace {

ValidityFacts healthy() {
  ValidityFacts facts;
  facts.live = true;
  facts.counts.planned = facts.counts.sent = 1000;
  facts.counts.ended[static_cast<std::size_t>(Outcome::ok)] = 1000;
  facts.baseline = facts.counts;
  facts.lateness_p99 = 1ms;
  facts.tightest_bound = 30s;
  facts.own_cpu_ppm = 300'000;
  facts.faults = {{"down", "refuse", "backends.primary", {}, {}, 12}};
  return facts;
}

std::set<std::string> broken_rules(const ValidityFacts& facts, const ValidityLimits& limits = {}) {
  std::set<std::string> broken;
  for (const reports::ValidityResult& r : check_validity(facts, limits)) {
    CHECK_FALSE(r.detail.empty());
    if (!r.holds) broken.insert(r.name);
  }
  return broken;
}

using Names = std::set<std::string>;

void move(ValidityFacts& facts, std::uint64_t count, Outcome to) {
  facts.counts.ended[static_cast<std::size_t>(Outcome::ok)] -= count;
  facts.counts.ended[static_cast<std::size_t>(to)] += count;
  if (to == Outcome::dropped) facts.counts.sent -= count;
}

}  // namespace

TEST_CASE("a healthy run breaks no rule") { CHECK(broken_rules(healthy()).empty()); }

TEST_CASE("each rule is broken by its cause alone") {
  ValidityFacts facts = healthy();
  SECTION("nothing was sent") {
    facts.counts = {};
    CHECK(broken_rules(facts) == Names{"something_sent"});
  }
  SECTION("a request is unaccounted for") {
    ++facts.counts.planned;
    CHECK(broken_rules(facts) == Names{"conservation"});
  }
  SECTION("an outcome too many") {
    ++facts.counts.ended[static_cast<std::size_t>(Outcome::error)];
    CHECK(broken_rules(facts) == Names{"conservation"});
  }
  SECTION("one dropped request is one too many, unless it is allowed") {
    move(facts, 1, Outcome::dropped);
    CHECK(broken_rules(facts) == Names{"dropped"});
    ValidityLimits limits;
    limits.dropped_max_ppm = 1'000;
    CHECK(broken_rules(facts, limits).empty());
    move(facts, 1, Outcome::dropped);
    CHECK(broken_rules(facts, limits) == Names{"dropped"});
  }
  SECTION("the generator was late by more than 1 % of the tightest bound") {
    facts.lateness_p99 = 300ms;
    CHECK(broken_rules(facts).empty());
    facts.lateness_p99 = 300ms + 1ns;
    CHECK(broken_rules(facts) == Names{"lateness"});
  }
  SECTION("lateness under 5 ms of wall time is accepted, whatever the bound and the scale") {
    facts.tightest_bound = 10ms;
    facts.lateness_p99 = 5ms;
    CHECK(broken_rules(facts).empty());
    facts.lateness_p99 = 6ms;
    CHECK(broken_rules(facts) == Names{"lateness"});
    facts.time_scale = 60;
    facts.lateness_p99 = 300ms;
    CHECK(broken_rules(facts).empty());
  }
  SECTION("a fault never fired") {
    facts.faults.push_back({"silent", "reset", "backends.primary", {}, {}, 0});
    CHECK(broken_rules(facts) == Names{"faults_fired"});
  }
  SECTION("the baseline was broken before any fault") {
    facts.baseline->ended[static_cast<std::size_t>(Outcome::error)] = 53;  // of 1,053: 5.03 %
    CHECK(broken_rules(facts) == Names{"baseline"});
    facts.baseline->ended[static_cast<std::size_t>(Outcome::error)] = 52;
    CHECK(broken_rules(facts).empty());
  }
  SECTION("a duration did not fit") {
    facts.overflow = 1;
    CHECK(broken_rules(facts) == Names{"overflow"});
  }
  SECTION("the generator was saturated") {
    facts.own_cpu_ppm = 900'001;
    CHECK(broken_rules(facts) == Names{"own_cpu"});
  }
}

TEST_CASE("rules about the real machine do not apply to a simulation") {
  ValidityFacts facts = healthy();
  facts.live = false;
  facts.lateness_p99 = 10s;
  facts.own_cpu_ppm = 1'000'000;
  CHECK(broken_rules(facts).empty());
  CHECK(check_validity(facts).size() < validity_rules().size());
}

TEST_CASE("the recorder's facts") {
  reports::Layout layout;
  layout.phases = {{"warm", world::at(0s), world::at(10s)},
                   {"baseline", world::at(10s), world::at(20s)}};
  layout.classes = {"chat"};
  layout.thresholds = {{reports::Latency::response, 30s, false, {}},
                       {reports::Latency::ttft, 2s, false, {}},
                       {reports::Latency::lateness, 1ms, false, {}}};
  reports::Recorder recorder(layout);
  reports::Operation op;
  op.planned = world::at(10s);
  op.sent = world::at(10s + 7ms);
  op.last_event = world::at(36h);
  op.outcome = Outcome::error;
  op.phase = 1;
  recorder.planned();
  recorder.sent();
  recorder.record(op);
  const ValidityFacts facts = facts_of(recorder, true);
  CHECK(facts.counts.sent == 1);
  REQUIRE(facts.baseline);
  CHECK(facts.baseline->failed() == 1);
  CHECK(facts.lateness_p99 == 7ms);
  CHECK(facts.tightest_bound == world::Nanos(2s));
  CHECK(facts.overflow > 0);
}
