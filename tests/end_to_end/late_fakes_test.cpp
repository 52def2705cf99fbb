// A live run whose fakes are late by themselves says nothing of its target.
#include <catch2/catch.hpp>

#include "harness/run/run.hpp"
#include "harness/scenario/loader.hpp"
#include "reports/measurements.hpp"
#include "process.hpp"
#include "scenarios.hpp"
#include "tests/support/places.hpp"

using namespace std::chrono_literals;

namespace {

// Ten requests, four a second of wall time.
std::string sparse() {
  using namespace end_to_end;
  const std::string few = replaced(kSound, "constant(5/s)", "constant(0.4/s)");
  const std::string longer = replaced(few, "20s}", "25s}");
  return replaced(longer, "response.p95 < 30s\n  - error_rate < 10%", "response.p50 < 30s");
}

reports::RunRecord run_with(world::Nanos fakes_slack) {
  const end_to_end::TempFolder folder;
  const std::string file = folder.file("sparse.yaml", sparse());  // the agent's process reads it
  const harness::Prepared prepared = harness::prepare(harness::load_scenario(file), 7);
  harness::RunOptions options;
  options.mode = harness::Mode::live;
  options.time_scale = 10;
  options.calibrate = false;
  options.agent_program = shakedown_binary();
  options.fakes_slack = fakes_slack;
  return harness::run_scenario(prepared, options, {}).record;
}

const reports::ValidityResult& rule_of(const reports::RunRecord& record) {
  for (const reports::ValidityResult& rule : record.validity)
    if (rule.name == "fake_lateness") return rule;
  FAIL("a live run has no rule fake_lateness");
  return record.validity.front();
}

}  // namespace

TEST_CASE("live: a run is refused when its fakes are late", "[live]") {
  const reports::RunRecord late = run_with(1s);  // they wake for an instant once a second
  INFO(rule_of(late).detail);
  CHECK_FALSE(rule_of(late).holds);
  CHECK(late.verdict == reports::Verdict::invalid);
  REQUIRE_FALSE(late.reasons.empty());
  CHECK(late.reasons.front().find("fake_lateness") == 0);
}

TEST_CASE("live: the run says how late its fakes were", "[live]") {
  const reports::RunRecord record = run_with(0s);
  CHECK(rule_of(record).holds);
  CHECK(rule_of(record).detail.find("of 10 were over the limit") != std::string::npos);
  CHECK(record.measurements->facts.at("fakes.writes") == 10);
}
