#include "harness/verdict/validity.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "harness/run/validity_facts.hpp"

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
  facts.calibration = CalibrationFacts{false, 1000, 1000, 3, 1ms, 5ms, 2'000.0};
  facts.closed_rate = 1'000;
  facts.clocks = ClockFacts{60s, 1ms, 2ms, 0ms, 20ms};
  facts.descriptors = DescriptorFacts{20'000, 264, 19'000};
  facts.fakes = FakeLateness{5'000, 12, 1ms, 140ms, 100ms};
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
  SECTION("more than one in a hundred of the fakes' writes was too late") {
    facts.fakes->late = 50;
    CHECK(broken_rules(facts).empty());
    facts.fakes->late = 51;
    CHECK(broken_rules(facts) == Names{"fake_lateness"});
    facts.live = false;
    CHECK(broken_rules(facts).empty());
  }
  SECTION("one late write of a few is this host's; several are the fakes'") {
    facts.fakes = FakeLateness{10, 1, 1ms, 140ms, 100ms};
    CHECK(broken_rules(facts).empty());
    facts.fakes->late = 3;
    CHECK(broken_rules(facts) == Names{"fake_lateness"});
    facts.fakes = FakeLateness{};
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
  SECTION("nothing of the baseline ended: it shows nothing") {
    facts.baseline = reports::Counts{};
    CHECK(broken_rules(facts) == Names{"baseline"});
    facts.baseline->ended[static_cast<std::size_t>(Outcome::in_flight)] = 9;
    CHECK(broken_rules(facts) == Names{"baseline"});
  }
  SECTION("the generator alone sent 98 % of the busiest second in time") {
    facts.calibration->sent_in_time = 990;
    CHECK(broken_rules(facts).empty());
    facts.calibration->sent_in_time = 989;
    CHECK(broken_rules(facts) == Names{"calibration"});
  }
  SECTION("the generator alone was late with more than 1 %") {
    facts.calibration->late = 10;
    CHECK(broken_rules(facts).empty());
    facts.calibration->late = 11;
    CHECK(broken_rules(facts) == Names{"calibration"});
  }
  SECTION("one late request of a few is this host's; several are the generator's") {
    facts.calibration->planned = facts.calibration->sent_in_time = 10;
    facts.calibration->late = 1;
    CHECK(broken_rules(facts).empty());
    facts.calibration->late = 3;
    CHECK(broken_rules(facts) == Names{"calibration"});
    facts.calibration->planned = facts.calibration->sent_in_time = facts.calibration->late = 1;
    CHECK(broken_rules(facts).empty());
  }
  SECTION("closed loops came near to what the generator can do at all") {
    facts.closed_rate = 1'800;
    CHECK(broken_rules(facts).empty());
    facts.closed_rate = 1'801;
    CHECK(broken_rules(facts) == Names{"capacity"});
  }
  SECTION("a request found no descriptor") {
    facts.no_room = 1;
    CHECK(broken_rules(facts) == Names{"descriptors"});
    facts.descriptors.reset();
    CHECK(broken_rules(facts) == Names{"descriptors"});
  }
  SECTION("more descriptors were needed than are allowed") {
    facts.descriptors->needed = facts.descriptors->limit;
    CHECK(broken_rules(facts).empty());
    ++facts.descriptors->needed;
    CHECK(broken_rules(facts) == Names{"descriptors"});
  }
  SECTION("the wall clock jumped, or went away slowly, or the machine slept") {
    facts.clocks->wall_jump = 500ms;
    CHECK(broken_rules(facts).empty());
    facts.clocks->wall_jump = 501ms;
    CHECK(broken_rules(facts) == Names{"clocks"});
    facts.clocks->wall_jump = 0ms;
    facts.clocks->wall_drift = 501ms;
    CHECK(broken_rules(facts) == Names{"clocks"});
    facts.clocks->wall_drift = 0ms;
    facts.clocks->suspended = 101ms;
    CHECK(broken_rules(facts) == Names{"clocks"});
  }
  SECTION("the loop stood still") {
    facts.clocks->loop_stall = 1s;
    CHECK(broken_rules(facts).empty());
    facts.clocks->loop_stall = 1s + 1ns;
    CHECK(broken_rules(facts) == Names{"loop_stalls"});
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
  facts.no_room = 5;
  facts.calibration->sent_in_time = 0;
  facts.clocks->loop_stall = 10s;
  CHECK(broken_rules(facts).empty());
  CHECK(check_validity(facts).size() < validity_rules().size());
}

TEST_CASE("an interrupted run is not blamed for faults that had not come") {
  ValidityFacts facts = healthy();
  facts.faults.push_back({"later", "reset", "backends.primary", {}, {}, 0});
  facts.interrupted = true;
  CHECK(broken_rules(facts).empty());
}

TEST_CASE("a fault that never fired is named with its window") {
  ValidityFacts facts = healthy();
  facts.faults = {{"early", "reset", "backends.primary", world::at(1s), world::at(2s), 0}};
  for (const reports::ValidityResult& rule : check_validity(facts))
    if (rule.name == "faults_fired") CHECK(rule.detail.find("early (1s..2s)") != std::string::npos);
}

TEST_CASE("a verdict that counts no failures warns when most requests failed") {
  struct Row {
    std::uint64_t failed;
    bool judged;
    bool warns;
  };
  for (const Row& row : {Row{500, false, false}, Row{501, false, true}, Row{1'000, true, false}}) {
    ValidityFacts facts = healthy();
    facts.baseline.reset();
    move(facts, row.failed, Outcome::error);
    facts.failures_judged = row.judged;
    std::set<std::string> warned;
    for (const reports::ValidityResult& rule : check_validity(facts)) {
      CHECK(rule.holds);
      if (rule.warning) warned.insert(rule.name);
    }
    INFO(row.failed);
    CHECK(warned == (row.warns ? Names{"requests_failed_unjudged"} : Names{}));
  }
}

TEST_CASE("which objectives count failed requests") {
  struct Row {
    const char* slo;
    bool counts;
  };
  for (const Row& row : {Row{"response.p95 < 30s", true}, Row{"ttft.p95 < 2s", true},
                         Row{"error_rate < 5%", true}, Row{"recovery_time < 60s", true},
                         Row{"lateness.p99 < 5ms", false}}) {
    const std::vector<Slo> slos{parse_slo(row.slo)};
    INFO(row.slo);
    CHECK(judges_failures(slos) == row.counts);
  }
  CHECK_FALSE(judges_failures({}));
}

TEST_CASE("a calibration that was left out is told") {
  ValidityFacts facts = healthy();
  facts.calibration = CalibrationFacts{};
  facts.calibration->left_out = true;
  CHECK(broken_rules(facts).empty());
  bool told = false;
  for (const reports::ValidityResult& rule : check_validity(facts))
    told = told || (rule.name == "calibration" && rule.warning &&
                    rule.detail.find("--no-calibration") != std::string::npos);
  CHECK(told);
}

TEST_CASE("only a generator that is too slow keeps a run from starting") {
  CalibrationFacts facts{false, 1'000, 1'000, 0, 1ms, 5ms, {}};
  CHECK_FALSE(generator_too_slow(facts));
  facts.sent_in_time = 800;
  REQUIRE(generator_too_slow(facts));
  CHECK(generator_too_slow(facts)->detail.find("800 of the 1,000") != std::string::npos);
  CHECK_FALSE(generator_too_slow(CalibrationFacts{}));  // closed loops only
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
  op.failure = reports::Failure::no_capacity;
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
  CHECK(facts.no_room == 1);
}

TEST_CASE("how late the fakes may be depends on the tightest bound and the scale") {
  CHECK(fake_lateness_limit(std::nullopt, 1) == 100ms);
  CHECK(fake_lateness_limit(std::nullopt, 60) == 6s);
  CHECK(fake_lateness_limit(30s, 1) == 300ms);   // as late as requests may be
  CHECK(fake_lateness_limit(2s, 1) == 100ms);
  CHECK(fake_lateness_limit(500ms, 1) == 50ms);  // a tenth of the bound
  CHECK(fake_lateness_limit(8s, 60) == 800ms);   // not 6 s, which would decide by itself
  CHECK(fake_lateness_limit(1s, 60) == 300ms);   // what is accepted of requests at that scale
}

TEST_CASE("the fakes' lateness is among the facts that a run keeps") {
  const NamedFacts named = named_facts(healthy());
  CHECK(named.at("fakes.late") == 12);
  CHECK(named.at("fakes.late_limit_ns") == 1e8);
  ValidityFacts read = healthy();
  read.fakes.reset();
  take_facts(named, read);
  REQUIRE(read.fakes);
  CHECK(read.fakes->writes == 5'000);
  CHECK(read.fakes->p99 == 1ms);
  CHECK(read.fakes->most == 140ms);
}
