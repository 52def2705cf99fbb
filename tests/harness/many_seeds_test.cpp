#include "harness/run/many_seeds.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "harness/verdict/statistics.hpp"
#include "reports/text.hpp"

using namespace harness;
using reports::Verdict;

namespace {

SeedRun run_of(std::uint64_t seed, Verdict verdict, std::optional<double> value = 100.0) {
  SeedRun run;
  run.seed = seed;
  run.verdict = verdict;
  run.reproduce = "shakedown run s.yaml --seed " + std::to_string(seed);
  run.folder = "seed-" + std::to_string(seed);
  if (verdict != Verdict::pass) run.reason = "because of " + std::to_string(seed);
  reports::SloResult slo;
  slo.expr = "response.p95 < 200ms";
  slo.unit = "ms";
  slo.bound = 200;
  slo.value = value;
  slo.n = 100;
  slo.verdict = verdict;
  run.slos = {slo};
  reports::InvariantResult invariant;
  invariant.name = "terminal_once";
  invariant.verdict = verdict == Verdict::fail ? Verdict::fail : Verdict::pass;
  invariant.checked = 10;
  run.invariants = {invariant};
  return run;
}

std::vector<SeedRun> runs_of(std::uint64_t good, const std::vector<Verdict>& others) {
  std::vector<SeedRun> runs;
  for (std::uint64_t i = 0; i < good; ++i) runs.push_back(run_of(7 + i, Verdict::pass));
  for (const Verdict verdict : others) runs.push_back(run_of(7 + runs.size(), verdict));
  return runs;
}

}  // namespace

TEST_CASE("any bad seed is a FAIL, then an invalid one INVALID, then INCONCLUSIVE") {
  const Verdict pass = Verdict::pass, fail = Verdict::fail, unsure = Verdict::inconclusive,
                invalid = Verdict::invalid;
  CHECK(judge_seeds(runs_of(3, {})).verdict == pass);
  CHECK(judge_seeds(runs_of(3, {unsure})).verdict == unsure);
  CHECK(judge_seeds(runs_of(3, {unsure, invalid})).verdict == invalid);
  CHECK(judge_seeds(runs_of(3, {unsure, invalid, fail})).verdict == fail);
  CHECK(judge_seeds({}).verdict == invalid);
}

TEST_CASE("the claim is the exact bound") {
  struct Row {
    std::uint64_t seeds;
    double at_most;
  };
  for (const Row& row : {Row{59, 0.05}, Row{299, 0.01}, Row{2'995, 0.001}}) {
    const SeedsJudgement j = judge_seeds(runs_of(row.seeds, {}));
    REQUIRE(j.bad_share_upper);
    CHECK(*j.bad_share_upper <= row.at_most + 1e-6);
    CHECK(*judge_seeds(runs_of(row.seeds - 1, {})).bad_share_upper > row.at_most);
  }
  CHECK(judge_seeds(runs_of(59, {})).claim ==
        "0 of 59 seeds bad: with 95% confidence at most 4.95% of seeds are");
  CHECK(judge_seeds(runs_of(0, {Verdict::fail, Verdict::fail, Verdict::fail})).claim ==
        "3 of 3 seeds bad: with 95% confidence at least " +
            reports::human_share(lower_bound(3, 3, 0.05)) + " of seeds are");
  const SeedsJudgement j = judge_seeds(runs_of(9, {Verdict::fail, Verdict::inconclusive}));
  CHECK(j.claim == "1 of 10 seeds bad: with 95% confidence at most " +
                       reports::human_share(upper_bound(1, 10, 0.05)) +
                       " of seeds are (1 more were not decided)");
}

TEST_CASE("the first bad seed comes with its command, and reasons begin with it") {
  const SeedsJudgement j = judge_seeds(runs_of(2, {Verdict::inconclusive, Verdict::fail,
                                                   Verdict::fail}));
  REQUIRE(j.first_bad);
  CHECK(*j.first_bad == 3);
  CHECK(j.reasons.front() == "2 of 5 seeds FAIL; seed 10: because of 10");
  SeedsReport report{"s", "legacy", runs_of(2, {Verdict::fail}), {}};
  report.judgement = judge_seeds(report.runs);
  const std::string text = seeds_text(report, false, false);
  CHECK_THAT(text, Catch::Contains("reproduce: shakedown run s.yaml --seed 9"));
  CHECK_THAT(seeds_json(report), Catch::Contains("\"schema\": \"shakedown/seeds/1\""));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(reports::width_of(line) <= 80);
}

TEST_CASE("objectives are pooled by seeds: sides of the bound, median and worst") {
  std::vector<SeedRun> runs;
  runs.push_back(run_of(1, Verdict::pass, 90));
  runs.push_back(run_of(2, Verdict::inconclusive, 190));
  runs.push_back(run_of(3, Verdict::inconclusive, 210));
  SeedsJudgement j = judge_seeds(runs);
  REQUIRE(j.objectives.size() == 1);
  CHECK(j.objectives[0].within == 2);
  CHECK(j.objectives[0].beyond == 1);
  CHECK(j.objectives[0].median == 190);
  CHECK(j.objectives[0].worst == 210);
  CHECK(j.objectives[0].worst_seed == 3);
  runs.push_back(run_of(4, Verdict::fail, std::nullopt));  // its percentile is among failures
  runs.push_back(SeedRun{});                               // its results could not be written
  j = judge_seeds(runs);
  CHECK(j.objectives[0].beyond == 2);
  CHECK(j.objectives[0].no_data == 1);
  CHECK_FALSE(j.objectives[0].worst);
  CHECK(j.objectives[0].worst_seed == 4);
  CHECK(j.invariants[0].held == 3);
  CHECK(j.invariants[0].broken == 1);
  CHECK(j.invariants[0].first_broken == 4);
}

TEST_CASE("an interrupted command judges the seeds that have ended, and never passes") {
  SeedsReport report{"s", "legacy", runs_of(12, {}), {}};
  report.judgement = judge_seeds(report.runs, 2'000);
  CHECK(report.judgement.verdict == Verdict::inconclusive);
  CHECK(report.judgement.reasons.front() == "interrupted when 12 of 2,000 seeds had ended");
  CHECK_THAT(seeds_text(report, false, false), Catch::Contains("interrupted: these of 2,000"));
  CHECK_THAT(seeds_json(report), Catch::Contains("\"interrupted\": true") &&
                                     Catch::Contains("\"asked\": 2000"));
  report.runs = runs_of(11, {Verdict::fail});
  CHECK(judge_seeds(report.runs, 2'000).verdict == Verdict::fail);
  report.judgement = judge_seeds(report.runs, 12);
  CHECK_THAT(seeds_json(report), Catch::Contains("\"interrupted\": false"));
  CHECK_THAT(seeds_text(report, false, false), !Catch::Contains("interrupted"));
}

TEST_CASE("seeds that were stopped early are marked") {
  SeedsReport report{"s", "legacy", runs_of(2, {}), {}};
  report.runs[1].stopped_early = "stopped early at 42s: decided";
  report.judgement = judge_seeds(report.runs);
  const std::string text = seeds_text(report, false, false);
  CHECK_THAT(text, Catch::Contains("1 of them stopped early") &&
                       Catch::Contains("PASS (stopped early)\n"));
  CHECK_THAT(seeds_json(report),
             Catch::Contains("\"stopped_early\": \"stopped early at 42s: decided\""));
}

TEST_CASE("a seed in which nothing of an objective is determined has no data for it") {
  std::vector<SeedRun> runs{run_of(1, Verdict::inconclusive, std::nullopt)};
  runs[0].slos[0].undetermined = runs[0].slos[0].n;
  const SeedsJudgement j = judge_seeds(runs);
  CHECK(j.objectives[0].no_data == 1);
  CHECK(j.objectives[0].beyond == 0);
}
