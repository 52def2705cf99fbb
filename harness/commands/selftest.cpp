#include "harness/commands/selftest.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <stdexcept>

#include "harness/commands/command.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/selftest/matrix.hpp"
#include "harness/verdict/verdict.hpp"
#include "world/interrupt.hpp"

namespace harness {

namespace {

struct SelftestCommand {
  std::string profile;
  int seeds = 1;
  bool json = false;
};

void check_profile(const std::string& profile) {
  if (profile.empty() || profile == kSoundProfile) return;
  std::vector<std::string> names{std::string(kSoundProfile)};
  for (const PlantedDefect& row : planted_defects()) {
    if (row.profile == profile) return;
    names.emplace_back(row.profile);
  }
  throw std::runtime_error("--profile " + profile + ": no defect of the selftest" +
                           did_you_mean(profile, names));
}

int selftest(const SelftestCommand& command) {
  check_profile(command.profile);
  const std::string folder = scenarios_directory();
  if (folder.empty()) {
    throw std::runtime_error("the bundled scenarios were not found; set SHAKEDOWN_SCENARIOS to "
                             "their folder");
  }
  world::catch_interrupts();
  SelftestOptions options;
  options.folder = folder + "/selftest";
  options.profile = command.profile;
  options.seeds = command.seeds;
  options.interrupted = [] { return world::interrupted(); };
  const bool shows_progress = ::isatty(STDERR_FILENO) == 1;
  if (shows_progress) {
    options.progress = [](const std::string& what) {
      std::fprintf(stderr, "\r\x1b[K%s", what.c_str());
    };
  }
  const Selftest test = run_selftest(options);
  if (shows_progress) std::fprintf(stderr, "\r\x1b[K");
  if (world::interrupted()) return exit_code::kInterrupted;
  const std::string text = command.json ? selftest_json(test) : selftest_text(test);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return test.problems.empty() ? exit_code::kPass : exit_code::kFail;
}

}  // namespace

void add_selftest(CLI::App& command, int& exit_code) {
  auto options = std::make_shared<SelftestCommand>();
  command.add_option("--profile", options->profile, "Only this defect, or the sound core.")
      ->type_name("NAME");
  command
      .add_option("--seeds", options->seeds,
                  "Run the sound core with so many seeds of each scenario; it must be silent in "
                  "all of them.")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  command.add_flag("--json", options->json, "The whole matrix with its witnesses, as JSON.");
  command.callback([options, &exit_code] { exit_code = selftest(*options); });
}

}  // namespace harness
