// A nondeterminism planted into the fresh process must be found, and its first event named.
#include "harness/run/determinism.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "harness/scenario/loader.hpp"
#include "process.hpp"
#include "scenarios.hpp"
#include "tests/support/places.hpp"

using namespace end_to_end;

namespace {

// A program in the binary's place.
std::string program(const TempFolder& folder, const std::string& last_line) {
  const std::string file = folder.file("program", "#!/bin/sh\n" + last_line + "\n");
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  return file;
}

// `results` is where the first run's files are, if it wrote some.
harness::Divergence check_with(const TempFolder& folder, const std::string& program,
                               const std::string& results = "out") {
  const std::string file = folder.file("sound.yaml", kSound);
  const harness::Prepared prepared = harness::prepare(harness::load_scenario(file), 7);
  harness::RunOptions options;
  options.profile = "legacy";  // as the scenario was loaded
  options.agent_program = program;
  options.reproduce = "shakedown run " + file + " --mode sim --seed 7 --profile legacy";
  const harness::RunResult first = harness::run_scenario(prepared, options, {});
  const harness::DeterminismInput input{prepared, options, first, folder.path(results)};
  return harness::check_determinism(input);
}

}  // namespace

TEST_CASE("the binary itself is deterministic", "[determinism]") {
  const TempFolder folder;
  const harness::Divergence divergence = check_with(folder, shakedown_binary());
  INFO(divergence.text);
  CHECK(!divergence.found);
  CHECK(divergence.text.find("deterministic: 3 runs") == 0);
  CHECK(names_in(folder.path("out")).empty());
}

TEST_CASE("a fresh process with another event is found", "[determinism]") {
  const TempFolder folder;
  const std::string other = program(
      folder, "exec " + shakedown_binary() + " \"$@\" --set load.chat.ask=Different.");
  const harness::Divergence divergence = check_with(folder, other);
  INFO(divergence.text);
  CHECK(divergence.found);
  CHECK(divergence.text.find("nondeterminism found: the first run and a run in a fresh process "
                             "differ first at event ") == 0);
  CHECK(divergence.text.find("` against `") != std::string::npos);
}

TEST_CASE("a fresh process with another result only is found", "[determinism]") {
  const TempFolder folder;
  const std::string other = program(
      folder, "exec " + shakedown_binary() + " \"$@\" --set 'slo=[response.p95 < 29s]'");
  const harness::Divergence divergence = check_with(folder, other);
  INFO(divergence.text);
  CHECK(divergence.found);
  CHECK(divergence.text.find("but other bytes in result.json") != std::string::npos);
}

TEST_CASE("a fresh process with another log only is found, with line and byte", "[determinism]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  shakedown({"run", file, "--profile", "legacy", "--quiet", "--out", folder.path("first")});
  const std::string log = folder.path("first/sound/fresh/sound/history.jsonl");
  const std::string other = program(
      folder, shakedown_binary() + " \"$@\"; code=$?; sed -i '3s/\"attempts\":1/\"attempts\":9/' " +
                  log + "; exit $code");
  const harness::Divergence divergence = check_with(folder, other, "first/sound");
  INFO(divergence.text);
  CHECK(divergence.found);
  CHECK(divergence.text.find("but other bytes in history.jsonl, line 3, byte ") !=
        std::string::npos);
  CHECK(!exists(log));
}

TEST_CASE("a fresh process that fails is no proof of anything", "[determinism]") {
  const TempFolder folder;
  CHECK_THROWS_WITH(check_with(folder, program(folder, "exit 9")), Catch::Contains("trail"));
}
