// Two sets of finished runs: what is refused, and what verdict the others get.
#include "harness/commands/compare_judge.hpp"

#include <catch2/catch.hpp>

#include "harness/commands/compare.hpp"
#include "reports/text.hpp"
#include "world/random.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Outcome;
using reports::Verdict;

namespace {

constexpr world::Purpose kLatency{"test.latency"};

// `rate` requests a second for `seconds`, drawn around 100 ms times the factor.
FinishedRun run_of(std::uint64_t seed, double factor, const std::string& mode = "sim",
                   std::uint32_t seconds = 60) {
  FinishedRun run;
  run.folder = "out/s/seed-" + std::to_string(seed);
  run.record.scenario = "s";
  run.record.mode = mode;
  run.record.seed = seed;
  run.record.profile = "legacy";
  run.record.verdict = Verdict::pass;
  run.record.duration = std::chrono::seconds(seconds);
  run.record.configuration = {{"load.chat.users", "20"}, {"backends.primary.ttft", "50ms"}};
  const world::Random random(seed);
  for (std::uint64_t i = 0; i < seconds * std::uint64_t{10}; ++i) {
    FinishedRequest r;
    r.id = i;
    r.turn = "u1.s0.t" + std::to_string(i);
    r.planned = r.sent = world::at(100ms * static_cast<std::int64_t>(i));
    const double ms = 50 + static_cast<double>(random.below(100, kLatency, 0, i));
    r.last_event = r.planned + world::Nanos(static_cast<std::int64_t>(ms * factor * 1e6));
    run.requests.push_back(r);
  }
  return run;
}

std::vector<FinishedRun> runs_of(std::uint64_t seeds, double factor) {
  std::vector<FinishedRun> runs;
  for (std::uint64_t i = 0; i < seeds; ++i) runs.push_back(run_of(7 + i, factor));
  return runs;
}

Comparison compared(const std::vector<FinishedRun>& base, const std::vector<FinishedRun>& candidate,
                    double delta = 0.1) {
  CompareOptions options;
  options.delta = delta;
  options.metrics = {compared_metric("response.p95"), compared_metric("error_rate")};
  CHECK(refusals(base, candidate, {}).empty());
  return compare(base, candidate, options);
}

std::string refused(const FinishedRun& base, const FinishedRun& candidate,
                    const std::vector<std::string>& allowed = {}) {
  const std::vector<FinishedRun> one{base}, other{candidate};
  std::string text;
  for (const std::string& why : refusals(one, other, allowed)) text += why + "\n";
  return text;
}

}  // namespace

TEST_CASE("runs that differ in more than their target are refused, with what differs") {
  const FinishedRun base = run_of(7, 1);
  FinishedRun other = base;
  CHECK(refused(base, other).empty());
  other.record.profile = "hardened";
  CHECK(refused(base, other).empty());

  other.record.configuration["load.chat.users"] = "40";
  other.record.configuration["load.chat.parallel"] = "2";
  CHECK_THAT(refused(base, other), Catch::Contains("load.chat.users: 20 against 40"));
  CHECK_THAT(refused(base, other), Catch::Contains("load.chat.parallel: nothing against 2"));
  CHECK_THAT(refused(base, other, {"load.chat.users"}), !Catch::Contains("chat.users: 20"));
  CHECK(refused(base, other, {"load"}).empty());
  CHECK_FALSE(refused(base, other, {"loa"}).empty());

  other = base;
  other.record.scenario = "t";
  CHECK_THAT(refused(base, other), Catch::Contains("the scenario differs: s against t"));
  other = base;
  other.record.mode = "live";
  CHECK_THAT(refused(base, other), Catch::Contains("the mode differs"));
  other = base;
  other.record.time_scale = 20;
  CHECK_THAT(refused(base, other), Catch::Contains("--time-scale differs: 1 against 20"));
  other = base;
  other.record.seed = 8;
  CHECK_THAT(refused(base, other), Catch::Contains("no seed is on both sides (7 against 8)"));
  other = base;
  other.record.interrupted = true;
  CHECK_THAT(refused(base, other), Catch::Contains("was interrupted"));
  other = base;
  other.record.stopped_early = "stopped early at 4s: decided";
  CHECK_THAT(refused(base, other), Catch::Contains("was stopped early at 4s"));
  other = base;
  other.record.verdict = Verdict::invalid;
  CHECK_THAT(refused(base, other), Catch::Contains("is INVALID"));
  other = base;
  other.record.segment = "1/2";
  CHECK_THAT(refused(base, other), Catch::Contains("is segment 1/2 of a run; merge first"));
  CHECK_THAT(refused(other, base), Catch::Contains("is segment 1/2 of a run; merge first"));
  const std::vector<FinishedRun> twice{base, base}, once{base};
  CHECK(refusals(once, twice, {}).size() == 1);
}

TEST_CASE("one seed is compared exactly, request by request") {
  const FinishedRun base = run_of(7, 1);
  FinishedRun candidate = base;
  Comparison same = compared({base}, {candidate});
  CHECK(same.method == "exact");
  CHECK(same.verdict == Verdict::pass);
  CHECK(same.compared_requests == 600);
  CHECK(same.changed_requests == 0);

  candidate.requests[100].last_event += 5s;
  candidate.requests[200].outcome = Outcome::error;
  const Comparison changed = compared({base}, {candidate});
  CHECK(changed.changed_requests == 2);
  REQUIRE(changed.worst.size() == 2);
  CHECK(changed.worst[0].turn == "u1.s0.t200");  // a failure weighs more than any delay
  CHECK(changed.metrics[0].verdict == Verdict::pass);
  CHECK(changed.metrics[1].verdict == Verdict::fail);
  CHECK_THAT(changed.metrics[1].why, Catch::Contains("one seed: exact for this seed only"));
  CHECK(compared({candidate}, {base}).verdict == Verdict::pass);  // better is no worse
}

TEST_CASE("no failure on either side is the same, however many requests there were") {
  const std::vector<FinishedRun> base{run_of(7, 1)};
  std::vector<FinishedRun> fewer = base;
  fewer[0].requests.resize(300);
  CHECK(compared(base, fewer).metrics[1].verdict == Verdict::pass);
  CHECK(compared(base, fewer).metrics[1].ratio == 1);
}

TEST_CASE("several seeds are paired") {
  struct Row {
    std::uint64_t seeds;
    double factor;
    Verdict verdict;
  };
  for (const Row& row : {Row{10, 1.0, Verdict::pass}, Row{10, 1.05, Verdict::pass},
                         Row{10, 1.3, Verdict::fail}, Row{3, 1.3, Verdict::inconclusive},
                         Row{10, 0.5, Verdict::pass}}) {
    CAPTURE(row.seeds, row.factor);
    const Comparison c = compared(runs_of(row.seeds, 1), runs_of(row.seeds, row.factor));
    CHECK(c.method == "paired");
    CHECK(c.pairs == row.seeds);
    CHECK(c.verdict == row.verdict);
    CHECK(c.metrics[0].ratio == Approx(row.factor).epsilon(1e-6));
  }
  const Comparison some = compared(runs_of(10, 1), runs_of(8, 1.3));
  CHECK(some.pairs == 8);
  CHECK_THAT(some.notes.front(), Catch::Contains("only the 8 seeds"));
}

// Users who give up while the answers of these requests are still to come.
void give_up(FinishedRun& run, std::size_t first, std::size_t last, world::Nanos after) {
  for (std::size_t i = first; i < last; ++i) {
    run.requests[i].outcome = Outcome::cancelled;
    run.requests[i].last_event = run.requests[i].planned + after;
  }
}

TEST_CASE("users who gave up waited, and got nothing") {
  const FinishedRun base = run_of(7, 1);
  FinishedRun candidate = base;
  give_up(candidate, 0, 300, 20s);
  CompareOptions options;
  options.metrics = default_metrics();
  const std::vector<FinishedRun> one{base}, other{candidate};
  const Comparison c = compare(one, other, options);
  CHECK(c.verdict == Verdict::fail);
  CHECK(*c.metrics[0].candidate == Approx(20'000));  // response.p95: at least as long as the wait
  CHECK(c.metrics[0].verdict == Verdict::fail);
  CHECK(c.metrics[2].verdict == Verdict::pass);  // error_rate: not an error
  CHECK(*c.metrics[3].candidate == Approx(5));
  CHECK(c.metrics[3].verdict == Verdict::fail);
  CHECK(series_of(other, compared_metric("goodput")).values.size() == 600);
  CHECK(series_of(other, compared_metric("error_rate")).values.size() == 300);
}

TEST_CASE("of a stream that was given up the first event counts, or the wait for it") {
  FinishedRun run = run_of(7, 1);
  run.requests.resize(2);
  give_up(run, 0, 2, 9s);
  for (FinishedRequest& r : run.requests) r.streamed = true;
  run.requests[0].first_event = run.requests[0].sent + 2s;
  const Series ttft = series_of(std::vector<FinishedRun>{run}, compared_metric("ttft.p95"));
  REQUIRE(ttft.values.size() == 2);
  CHECK(ttft.values[0].value == 2'000);
  CHECK(ttft.values[1].value == 9'000);
}

TEST_CASE("a candidate of which nothing can be said is no PASS") {
  const FinishedRun base = run_of(7, 1);
  FinishedRun candidate = base;
  give_up(candidate, 0, 600, 1ms);
  const Comparison c = compared({base}, {candidate});
  CHECK(c.metrics[1].verdict == Verdict::fail);
  CHECK_THAT(c.metrics[1].why, Catch::Contains("no request of the candidate says anything"));
}

TEST_CASE("among failures on both sides there is nothing to compare") {
  FinishedRun failed = run_of(7, 1);
  for (FinishedRequest& r : failed.requests) r.outcome = Outcome::error;
  std::vector<FinishedRun> many;
  for (std::uint64_t seed = 7; seed < 17; ++seed) {
    many.push_back(failed);
    many.back().record.seed = seed;
  }
  for (const std::vector<FinishedRun>& runs : {std::vector<FinishedRun>{failed}, many}) {
    const Comparison c = compared(runs, runs);
    CHECK(c.metrics[0].verdict == Verdict::inconclusive);
    CHECK_THAT(c.metrics[0].why, Catch::Contains("nothing to compare"));
    CHECK(c.metrics[1].verdict == Verdict::pass);  // both fail always: no worse
    CHECK(c.verdict == Verdict::inconclusive);
  }
}

TEST_CASE("live runs are compared for non-inferiority") {
  const auto live = [](std::uint64_t seed, double factor, std::uint32_t seconds = 120) {
    return std::vector<FinishedRun>{run_of(seed, factor, "live", seconds)};
  };
  CHECK(compared(live(1, 1), live(2, 1)).verdict == Verdict::pass);
  CHECK(compared(live(1, 1), live(2, 1.5)).verdict == Verdict::fail);
  const Comparison unsure = compared(live(1, 1, 10), live(2, 1.1, 10));
  CHECK(unsure.metrics[0].verdict == Verdict::inconclusive);
  CHECK_THAT(unsure.metrics[0].why,
             Catch::Contains("more seconds") || Catch::Contains("too close"));
}

TEST_CASE("a comparison prints within 80 columns, and its runs as CSV") {
  for (const Comparison& c : {compared(runs_of(10, 1), runs_of(10, 1.3)),
                              compared(runs_of(1, 1), runs_of(1, 1.3))}) {
    std::string text = comparison_text(c, false);
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      CHECK(reports::width_of(text.substr(0, end)) <= 80);
      text.erase(0, end + 1);
    }
    CHECK_THAT(comparisons_json(std::vector<Comparison>{c}, 0.1),
               Catch::Contains("\"schema\": \"shakedown/comparison/1\""));
  }
  const std::vector<ComparedMetric> metrics{compared_metric("error_rate"),
                                            compared_metric("goodput")};
  CHECK(comparison_csv("a,b", "base", runs_of(1, 1), metrics) ==
        "\"a,b\",base,s,out/s/seed-7,7,error_rate,0,-1\n"
        "\"a,b\",base,s,out/s/seed-7,7,goodput,10,1\n");
}

TEST_CASE("metrics of a comparison") {
  CHECK(compared_metric("ttft.p99.9").summary.percentile_ppm == 999'000);
  for (const char* wrong : {"", "p95", "response", "response.p", "response.p100", "response.p0",
                            "response.p-5", "latency.p95", "response.p95x"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(compared_metric(wrong), FinishedRunError);
  }
  CompareOptions options;
  options.metrics = {compared_metric("ttft.p95")};
  const std::vector<FinishedRun> runs = runs_of(1, 1);
  CHECK_THROWS_WITH(compare(runs, runs, options), Catch::Contains("says anything about it"));
}

TEST_CASE("a history is read back to the nanosecond, or refused with its line") {
  const std::string line =
      R"({"id":3,"user":"u1","session":"u1.s0","turn":"u1.s0.t0","phase":"a","class":"chat",)"
      R"("planned_s":1.000000001,"sent_s":null,"first_event_s":null,"last_event_s":12.5,)"
      R"("stall_ms":1.5,"streamed":true,"outcome":"timeout","failure":"timeout"})";
  const auto requests = read_history(line + "\n", "h");
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].id == 3);
  CHECK(requests[0].planned == world::at(1s + 1ns));
  CHECK(requests[0].sent == world::kNever);
  CHECK(requests[0].last_event == world::at(12500ms));
  CHECK(requests[0].stall == 1500us);
  CHECK(requests[0].outcome == Outcome::timeout);
  CHECK(requests[0].streamed);
  const std::string closed = R"({"id":9223372101279285248,"outcome":"ok"})";
  CHECK(read_history(closed + "\n", "h")[0].id == 9223372101279285248u);
  CHECK(read_history("", "h").empty());
  CHECK_THROWS_WITH(read_history(line, "h"), Catch::Contains("torn"));
  CHECK_THROWS_WITH(read_history(line + "\n{}\n", "h"), Catch::Contains("h:2: not a request"));
}
