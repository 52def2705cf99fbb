// Faults of the agent itself: how they are read, when they strike, and what a kill does in sim.
#include "harness/scenario/agent_fault.hpp"

#include <catch2/catch.hpp>

#include "harness/run/run.hpp"
#include "harness/run/suite_parts.hpp"
#include "prepared_scenario.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Outcome;
using reports::Verdict;
using world::at;

namespace {

std::string scenario(const std::string& fault, const std::string& more = "") {
  return "scenario: s\nbackends: {primary: {ttft: 500ms, inter_token: 10ms, output_tokens: 20}}\n"
         "phases: {calm: 20s, rough: 40s}\n"
         "load: {chat: {arrivals: constant(2/s), users: round_robin(40), sessions: one per "
         "request}}\n"
         "faults:\n  - " + fault + "\nslo: [error_rate < 50%]\n" + more;
}

std::string problem_of(const std::string& text) {
  try {
    parse_scenario(text, "s.yaml");
  } catch (const ScenarioErrors& errors) {
    return errors.what();
  }
  return "";
}

reports::RunRecord simulate(const std::string& text) {
  const Prepared prepared = test::prepared_from(text);
  return run_scenario(prepared, RunOptions{}, RunHooks{}).record;
}

}  // namespace

TEST_CASE("faults on the agent are read", "[scenario][agent_fault]") {
  const Scenario read = parse_scenario(
      scenario("{id: crash, on: agent, at: 30s, kill: {restart_after: 3s}}\n"
               "  - {id: deploy, on: agent, at: rough, term: {restart_after: 1s, every: 10s}}\n"
               "  - {id: stop, on: agent, at: 5s..9s, freeze: 2s}\n"
               "  - {id: down, on: backends.primary, at: rough, status: 503}"),
      "s.yaml");
  REQUIRE(read.agent_faults.size() == 3);
  REQUIRE(read.faults.size() == 1);
  const AgentFault& crash = read.agent_faults[0];
  CHECK(crash.id == "crash");
  CHECK(kind_of(crash.action).name == "kill");
  CHECK(lasts(crash.action) == 3s);
  CHECK(strikes_of(crash, read.end()) == std::vector<world::Instant>{at(30s)});
  CHECK(healed_at(crash, read.end()) == at(33s));
  CHECK(strikes_of(read.agent_faults[1], read.end()) ==
        std::vector<world::Instant>{at(20s), at(30s), at(40s), at(50s)});
  CHECK(lasts(read.agent_faults[2].action) == 2s);
}

TEST_CASE("faults on the agent that make no sense", "[scenario][agent_fault]") {
  struct Row {
    const char* fault;
    const char* says;
  };
  for (const Row& row :
       {Row{"{id: f, on: agent, kill: {}}", "needs the key `at`"},
        Row{"{id: f, on: agent, at: 30s}", "needs an action: `kill`, `term`, `freeze` or `clock`"},
        Row{"{id: f, on: agent, at: 30s, clock: {}}", "must say one of `forward`, `back`"},
        Row{"{id: f, on: agent, at: 30s, clock: {forward: 1h, back: 1h}}", "must say one of"},
        Row{"{id: f, on: agent, at: 30s, clock: {time_of_day: 25h}}", "must be from 0s to 1d"},
        Row{"{id: f, on: agent, at: 30s, kill: {}, term: {}}", "has two actions"},
        Row{"{id: f, on: agent, at: 70s, kill: {}}", "begins when the plan has ended, at 1m"},
        Row{"{id: f, on: agent, at: rogh, kill: {}}", "did you mean `rough`?"},
        Row{"{id: f, on: agent, at: 30s, status: 503}", "unknown key `status`"},
        Row{"{id: f, on: agent, at: 30s, probability: 5%, kill: {}}", "unknown key `probability`"},
        Row{"{id: f, on: agent, at: 30s, kill: {every: 10s}}", "`at` must be a phase or a window"},
        Row{"{id: f, on: agent, at: rough, kill: {restart_after: 10s, every: 5s}}",
            "longer than 10s"}}) {
    INFO(row.fault);
    const std::string problem = problem_of(scenario(row.fault));
    CHECK(problem.find(row.says) != std::string::npos);
    CHECK((problem.empty() || problem.find("s.yaml:") == 0));
  }
}

TEST_CASE("what needs a real process is refused in sim", "[scenario][agent_fault]") {
  const Scenario read =
      parse_scenario(scenario("{id: stop, on: agent, at: 30s, freeze: 5s}"), "s.yaml");
  const std::vector<ScenarioError> errors = live_only(read);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].sentence ==
        "`faults.stop` is a fault of kind `freeze`, which needs a real process: run it with --mode "
        "live");
}

TEST_CASE("a clock is set forward, back, or to a time of the day", "[scenario][agent_fault]") {
  constexpr std::int64_t kHour = 3'600'000'000'000;
  constexpr std::int64_t kNoon = (20'000 * 24 + 12) * kHour;
  CHECK(ClockAgent{.forward = 6h}.step_from(kNoon) == 6h);
  CHECK(ClockAgent{.back = 1h}.step_from(kNoon) == -1h);
  CHECK(ClockAgent{.time_of_day = 18h}.step_from(kNoon) == 6h);
  CHECK(ClockAgent{.time_of_day = 6h}.step_from(kNoon) == 18h);
  CHECK(ClockAgent{.time_of_day = 0h}.step_from(kNoon) == 12h);
  CHECK(ClockAgent{.time_of_day = 24h}.step_from(kNoon) == 12h);
  CHECK(ClockAgent{.time_of_day = 12h}.step_from(kNoon) == 0h);
}

TEST_CASE("a kill in sim breaks what is under way, and the agent comes back",
          "[run][agent_fault]") {
  const reports::RunRecord record = simulate(
      scenario("{id: crash, on: agent, at: 30s, kill: {restart_after: 4s}}",
               "invariants: [terminal_once, conservation]\n"));
  REQUIRE(record.faults.size() == 1);
  CHECK(record.faults[0].id == "crash");
  CHECK(record.faults[0].on == "agent");
  CHECK(record.faults[0].fired == 1);
  CHECK(record.faults[0].begin == at(30s));
  CHECK(record.faults[0].end == at(34s));
  // Two were under way, and eight came while it was away.
  const auto failed = [&](reports::Failure why) {
    return record.failures[static_cast<std::size_t>(why)];
  };
  CHECK(failed(reports::Failure::connect_refused) == 8);
  CHECK(failed(reports::Failure::reset) + failed(reports::Failure::closed_early) >= 1);
  CHECK(record.counts.of(Outcome::ok) + record.counts.of(Outcome::error) == 120);
  CHECK(record.counts.of(Outcome::error) < 12);
  for (const auto& invariant : record.invariants) {
    INFO(invariant.name);
    CHECK(invariant.verdict == Verdict::pass);
  }
}

TEST_CASE("told to end, the agent finishes what it has begun", "[run][agent_fault][REQ-153]") {
  // Quick enough that there is a moment without a request, which is when it ends.
  std::string text = scenario("{id: deploy, on: agent, at: 30100ms, term: {restart_after: 1s}}",
                              "invariants: [terminal_once, conservation]\n");
  text.replace(text.find("ttft: 500ms"), 11, "ttft: 200ms");
  const reports::RunRecord record = simulate(text);
  const auto failed = [&](reports::Failure why) {
    return record.failures[static_cast<std::size_t>(why)];
  };
  CHECK(failed(reports::Failure::connect_refused) > 0);
  CHECK(record.counts.of(Outcome::error) == failed(reports::Failure::connect_refused));
  for (const auto& invariant : record.invariants) {
    INFO(invariant.name);
    CHECK(invariant.verdict == Verdict::pass);
  }
}

TEST_CASE("kills again and again", "[run][agent_fault]") {
  const reports::RunRecord record = simulate(
      scenario("{id: crash, on: agent, at: 20s.., kill: {restart_after: 500ms, every: 5s}}",
               "invariants: [terminal_once, conservation]\n"));
  REQUIRE(record.faults.size() == 1);
  CHECK(record.faults[0].fired == 8);
  for (const auto& invariant : record.invariants) {
    INFO(invariant.name);
    CHECK(invariant.verdict == Verdict::pass);
  }
}
