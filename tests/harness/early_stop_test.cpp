// Runs that end as soon as their objectives are decided: when, why, and with what verdict.
#include "harness/run/early_stop.hpp"

#include <catch2/catch.hpp>

#include "harness/run/run.hpp"
#include "prepared_scenario.hpp"
#include "reports/result_json.hpp"

using namespace harness;
using reports::Verdict;

namespace {

// 10 requests a second for 100 s; the text of the faults and of the objectives is given.
std::string scenario(const std::string& faults, const std::string& slos) {
  return R"yaml(scenario: s
agent: {request_timeout: 3s, retry_waits: []}
backends:
  primary: {ttft: fixed(50ms), inter_token: 5ms, output_tokens: fixed(4)}
phases: {steady: 40s, trouble: 20s, recovery: 40s}
load:
  chat: {arrivals: constant(10/s), users: round_robin(50), sessions: one per request, ask: "How?"}
)yaml" + faults + "slo: [" + slos + "]\n";
}

const std::string kBroken =
    "faults: [{id: broken, on: backends.primary, at: trouble, status: {code: 500}}]\n";

RunResult run(const std::string& text, bool stop_early = true) {
  const Prepared prepared = test::prepared_from(text);
  RunOptions options;
  options.stop_early = stop_early;
  return run_scenario(prepared, options, RunHooks{});
}

std::string json_of(const RunResult& result) {
  std::string text;
  reports::write_result_json(result.record, {}, [&](std::string_view part) { text += part; });
  return text;
}

}  // namespace

TEST_CASE("a run ends when an objective is decided as FAIL") {
  const reports::RunRecord record =
      run(scenario(kBroken, "error_rate < 5% in trouble, response.p95 < 30s")).record;
  CHECK(record.verdict == Verdict::fail);
  CHECK_FALSE(record.interrupted);
  CHECK_THAT(record.stopped_early,
             Catch::StartsWith("stopped early at 42s: error_rate < 5% in trouble is decided: "));
  CHECK_THAT(record.stopped_early,
             Catch::Contains("trouble was cut short, recovery was not begun"));
  CHECK(record.slos[0].verdict == Verdict::fail);
  CHECK(record.slos[0].rule == "anytime");
  CHECK(record.slos[0].n <= 20);
  CHECK(record.counts.sent < 450);
  CHECK_FALSE(record.counts.broken_law());
}

TEST_CASE("a run ends when all objectives are decided as PASS and the hard part was seen") {
  const std::string slos = "error_rate < 5%, response.p95 < 1s";
  const reports::RunRecord calm = run(scenario("", slos)).record;
  CHECK(calm.verdict == Verdict::pass);
  // 80 good ones would do at 8 s, but the last phase begins at 60 s only.
  CHECK_THAT(calm.stopped_early, Catch::StartsWith("stopped early at 61s: all 2 objectives"));
  CHECK(calm.slos[1].verdict == Verdict::pass);

  // Here they would be decided as early, but then comes trouble, and trouble is to be seen.
  const std::string brief =
      "faults: [{id: brief, on: backends.primary, at: 70s..71s, status: {code: 500}}]\n";
  const reports::RunRecord troubled = run(scenario(brief, slos)).record;
  CHECK(troubled.verdict == Verdict::pass);
  CHECK(troubled.slos[0].exceedances >= 9);
  CHECK_THAT(troubled.stopped_early, Catch::StartsWith("stopped early at 7"));

  // A rush in the last phase, which the target does not survive.
  std::string rush = scenario("", "response.p95 < 1s");
  const std::string steady = "constant(10/s)";
  rush.replace(rush.find(steady), steady.size(),
               "{ramp: [{to: 10/s, over: 60s}, {to: 300/s, over: 1s}], from: 10/s}");
  rush.replace(rush.find("primary: {"), 10, "primary: {max_concurrent: 4, ");
  CHECK(run(rush, false).record.verdict == Verdict::fail);
  CHECK(run(rush).record.verdict == Verdict::fail);
}

TEST_CASE("a fault window does not FAIL what the whole run meets") {
  const std::string burst =
      "faults: [{id: burst, on: backends.primary, at: 5s..9s, status: {code: 500}}]\n";
  const std::string open = scenario(burst, "error_rate < 20%");
  std::string closed = open;
  const std::string arrivals = "constant(10/s), users: round_robin(50)";
  closed.replace(closed.find(arrivals), arrivals.size(), "closed(think=5s), users: 50");
  for (const std::string& text : {open, closed}) {
    INFO(text);
    const reports::RunRecord record = run(text).record;
    CHECK(record.slos[0].exceedances >= 30);  // most of what there was by then
    CHECK(record.verdict == Verdict::pass);
    CHECK_THAT(record.stopped_early, Catch::StartsWith("stopped early at 61s"));
    const reports::RunRecord whole = run(text, false).record;
    CHECK(whole.verdict != Verdict::fail);
    CHECK(*whole.slos[0].value < 0.1);
  }
  // Lost whatever comes: over 20 % of all 1,000 that are planned, not only of those until now.
  const std::string lasting =
      "faults: [{id: lasting, on: backends.primary, at: 5s..90s, status: {code: 500}}]\n";
  const reports::RunRecord lost = run(scenario(lasting, "error_rate < 20%")).record;
  CHECK(lost.verdict == Verdict::fail);
  CHECK_THAT(lost.stopped_early, Catch::StartsWith("stopped early at 26s"));
  CHECK(lost.slos[0].exceedances > 200);
}

TEST_CASE("an objective that waits for the rest of the run says so") {
  const reports::RunRecord record =
      run(scenario(kBroken, "error_rate < 5% in trouble, error_rate < 5%, response.p95 < 1s in "
                            "steady")).record;
  CHECK(record.verdict == Verdict::fail);
  CHECK(record.slos[0].verdict == Verdict::fail);
  CHECK(record.slos[1].verdict == Verdict::inconclusive);
  CHECK(record.slos[2].verdict == Verdict::pass);  // its phase is over
  CHECK_THAT(record.slos[0].why, Catch::Contains("looked at all the time: PASS needs ") &&
                                     Catch::Contains(", FAIL at least "));
}

TEST_CASE("what is not decided stays INCONCLUSIVE, and what is measured is not cut") {
  // Requests for recovery come last, so nothing can end this run before.
  const std::string one_bad =
      "faults: [{id: bad, on: backends.primary, at: 41s..43s, status: {code: 500}}]\n";
  const reports::RunRecord whole =
      run(scenario(one_bad, "error_rate < 5% in recovery min 399 samples, recovery_time < 20s"))
          .record;
  CHECK(whole.stopped_early.empty());
  CHECK(whole.slos[0].verdict == Verdict::pass);
  CHECK(whole.slos[0].rule == "anytime");
  CHECK(whole.slos[1].verdict == Verdict::pass);
  CHECK(whole.slos[1].rule != "anytime");

  const reports::RunRecord cut =
      run(scenario(kBroken, "error_rate < 5% in trouble, recovery_time < 20s, "
                            "error_rate < 5% in recovery")).record;
  CHECK(cut.verdict == Verdict::fail);
  CHECK(cut.slos[1].verdict == Verdict::inconclusive);
  CHECK(cut.slos[2].verdict == Verdict::inconclusive);
}

TEST_CASE("requests under way are neither good nor bad until they are too old") {
  // Every answer hangs for longer than the bound; nothing has ended when the bound is passed.
  const std::string hang =
      "faults: [{id: silent, on: backends.primary, at: 0s..90s, hang: {}}]\n";
  const std::string text = scenario(hang, "response.p95 < 2s");
  const reports::RunRecord record = run(text).record;
  CHECK(record.verdict == Verdict::fail);
  // 10 a second are too old after 2 s, and 50 of the 1,000 planned may be.
  CHECK_THAT(record.stopped_early, Catch::StartsWith("stopped early at 8s"));
}

TEST_CASE("an early stop is the same in every run, and absent unless asked for") {
  const std::string text = scenario(kBroken, "error_rate < 5% in trouble");
  const RunResult first = run(text), again = run(text);
  CHECK(json_of(first) == json_of(again));
  CHECK(first.record.digest == again.record.digest);
  CHECK(run(text, false).record.stopped_early.empty());
  CHECK_THAT(json_of(run(text, false)), !Catch::Contains("stopped_early"));
}
