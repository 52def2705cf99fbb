// The programs of a scenario: read, checked, and made into scripts.
#include <catch2/catch.hpp>

#include "harness/run/programs.hpp"
#include "harness/scenario/loader.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {

constexpr const char* kRest = R"(
backends: {primary: {dialect: openai-chat}}
phases: {all: 60s}
load: {chat: {arrivals: constant(1/s), users: 1}}
)";

Scenario scenario_with(const std::string& programs) {
  return parse_scenario("scenario: x\n" + programs + kRest, "x.yaml");
}

std::string refused(const std::string& programs) {
  try {
    scenario_with(programs);
  } catch (const ScenarioErrors& errors) {
    return errors.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("programs are read", "[programs]") {
  const Scenario scenario = scenario_with(
      "programs:\n"
      "  build: {runs: 600s, progress_every: 12s, exit: 2, ignores_term: true}\n"
      "  talk: {prints: [{at: 0s, text: hello}, {at: 500ms, text: '2%'}]}\n"
      "  idle:\n");
  REQUIRE(scenario.programs.size() == 3);
  const Program& build = scenario.programs.at("build");
  CHECK(build.runs == 600s);
  CHECK(build.exit == 2);
  CHECK(build.ignores_term);
  CHECK(scenario.programs.at("talk").prints.size() == 2);
  CHECK(scenario.programs.at("idle") == Program{});
}

TEST_CASE("programs that cannot be are refused", "[programs]") {
  struct Row {
    const char* programs;
    const char* sentence;
  };
  const Row rows[] = {
      {"programs: [build]\n", "`programs` must be a map"},
      {"programs: {build: {run: 5s}}\n", "unknown key `run` in `programs.build`"},
      {"programs: {build: {exit: 256}}\n", "`programs.build.exit` must be from 0 to 255"},
      {"programs: {'a/b': {}}\n", "the name of a program"},
      {"programs: {build: {runs: 1s, prints: [{at: 2s, text: x}]}}\n",
       "`programs.build` prints a line after its end"},
      {"programs: {build: {runs: 9s, prints: [{at: 2s, text: x}, {at: 1s, text: y}]}}\n",
       "`programs.build` prints lines that are not in order of time"},
      {"programs: {build: {prints: [{text: x}]}}\n", "needs the key `at`"},
      {"programs: {build: {runs: 1000s, progress_every: 10ms}}\n",
       "`programs.build` says how far it is more than 10000 times"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.programs);
    CHECK_THAT(refused(row.programs), Catch::Contains(row.sentence));
  }
}

TEST_CASE("a program becomes a script of the same lines at the same instants", "[programs]") {
  Program program;
  program.runs = 10s;
  program.prints = {{1s, "begin"}, {6s, "nearly"}};
  program.progress_every = 3s;
  program.exit = 4;
  const world::SimScript script = script_of(program);
  std::string told;
  world::Nanos at{0};
  for (const world::SimStep& step : script.steps) {
    at += step.after;
    told += std::to_string(at / 1s) + " " + step.output;
  }
  CHECK(told == "1 begin\n3 30%\n6 nearly\n6 60%\n9 90%\n");
  CHECK(at + script.end_after == 10s);
  CHECK(script.exit == world::Exit{4, 0});
  CHECK(script.on_terminate == world::SimScript::OnTerminate::dies);
  program.ignores_term = true;
  CHECK(script_of(program).on_terminate == world::SimScript::OnTerminate::ignores);
}

TEST_CASE("in live every command is played, whatever it is called", "[programs]") {
  world::SimClock clock;
  world::SimProcesses machine(clock);
  PlayedProcesses processes(machine, {"shakedown", "play", "--config", "x.yaml"});
  world::Command command;
  command.argv = {"build", "--all"};
  command.inherit_environment = false;
  CHECK(processes.start(command).has_value());
  REQUIRE(machine.started().size() == 1);
  CHECK(machine.started()[0].argv ==
        std::vector<std::string>{"shakedown", "play", "--config", "x.yaml", "build"});
  CHECK_FALSE(machine.started()[0].inherit_environment);
}
