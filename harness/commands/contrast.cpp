#include "harness/commands/contrast.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <stdexcept>

#include "agent/profile.hpp"
#include "harness/commands/command.hpp"
#include "harness/commands/run_options.hpp"
#include "harness/run/contrast.hpp"
#include "harness/run/environment.hpp"
#include "harness/run/finished_page.hpp"
#include "harness/run/run.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/verdict/verdict.hpp"
#include "world/interrupt.hpp"
#include "world/real_files.hpp"
#include "world/thread.hpp"

namespace harness {

namespace {

struct ContrastCommand {
  std::vector<std::string> paths;
  std::vector<std::string> profiles = {"legacy", "hardened"};
  std::vector<std::string> sets;
  std::string out;  // empty: nothing is written
  int jobs = 1;
  bool markdown = false;
};

void check_profiles(const std::vector<std::string>& profiles) {
  std::vector<std::string> names;
  for (const agent::Profile& profile : agent::kProfiles) names.emplace_back(profile.name);
  for (const std::string& profile : profiles) {
    if (agent::find_profile(profile) != nullptr) continue;
    throw std::runtime_error("--profiles " + profile + ": no such profile" +
                             did_you_mean(profile, names) +
                             "; `shakedown list profiles` shows all");
  }
}

// One run to make: one scenario with one profile.
struct Piece {
  Prepared prepared;
  std::string profile;
  ContrastRun run;
  reports::SuiteEntry entry;
};

// Everything is loaded before anything runs.
std::vector<Piece> pieces_of(const ContrastCommand& command) {
  std::vector<Piece> pieces;
  std::vector<ScenarioError> errors;
  for (const std::string& file : scenario_files(command.paths)) {
    for (const std::string& profile : command.profiles) {
      LoadOptions load;
      load.sets = command.sets;
      load.agent = agent::find_profile(profile)->apply(agent::Config{});
      try {
        Scenario scenario = load_scenario(file, load);
        if (scenario.target.is_given()) {
          errors.push_back({Place{file, 0, 0}, "has a target: it is run with no profile"});
          break;
        }
        const std::uint64_t seed = scenario.seed;
        Piece piece{prepare(std::move(scenario), seed), profile, {}, {}};
        pieces.push_back(std::move(piece));
      } catch (const ScenarioErrors& found) {
        errors.insert(errors.end(), found.errors().begin(), found.errors().end());
        break;  // the other profiles would find the same
      }
    }
  }
  if (!errors.empty()) throw ScenarioErrors(std::move(errors));
  return pieces;
}

// With --out, with all files of a run, in out/profile/scenario.
void run_piece(const ContrastCommand& command, Piece& piece) {
  if (world::interrupted()) return;
  RunOptions options;
  options.profile = piece.profile;
  const Scenario& scenario = piece.prepared.scenario;
  RunCommand same;
  same.profile = piece.profile;
  same.sets = command.sets;
  options.reproduce = reproduce_command(same, scenario, Mode::sim, piece.prepared.seed);
  RunHooks hooks;
  hooks.interrupted = [] { return world::interrupted(); };
  if (command.out.empty()) {
    piece.run = contrast_run(run_scenario(piece.prepared, options, hooks).record);
    return;
  }
  world::RealFiles files;
  const std::string beside = piece.profile + "/" + scenario.name;
  RunDirectory directory(files, command.out + "/" + beside);
  directory.open();
  hooks.history = directory.history();
  hooks.events = directory.events();
  EnvironmentProbe probe;
  const reports::RunRecord record = run_scenario(piece.prepared, options, hooks).record;
  directory.finish(record, probe.finish());
  piece.run = contrast_run(record);
  piece.entry = reports::suite_entry(record, beside + "/" + std::string(reports::kReportFile));
}

void write_matrix(const ContrastCommand& command, const std::vector<Piece>& pieces) {
  if (command.out.empty()) return;
  std::vector<reports::SuiteEntry> entries;
  for (const Piece& piece : pieces) entries.push_back(piece.entry);
  write_suite_page(command.out, entries);
}

int contrast(const ContrastCommand& command) {
  check_profiles(command.profiles);
  world::catch_interrupts();
  std::vector<Piece> pieces = pieces_of(command);
  world::run_parallel(static_cast<std::size_t>(command.jobs), pieces.size(),
                      [&](std::size_t i) { run_piece(command, pieces[i]); });
  if (world::interrupted()) return exit_code::kInterrupted;
  write_matrix(command, pieces);
  std::vector<Contrast> all;
  std::vector<int> codes;  // of the last profile, the one that is to pass
  const std::size_t width = command.profiles.size();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Scenario& scenario = pieces[i].prepared.scenario;
    if (i % width == 0) all.push_back({scenario.name, scenario.about, {}});
    all.back().runs.push_back(std::move(pieces[i].run));
    if (i % width == width - 1) codes.push_back(exit_code_of(all.back().runs.back().verdict));
  }
  const std::string text = command.markdown ? contrast_markdown(all, command.profiles)
                                            : contrast_text(all, command.profiles);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return worst_exit_code(codes);
}

}  // namespace

void add_contrast(CLI::App& command, int& exit_code) {
  auto o = std::make_shared<ContrastCommand>();
  command.add_option("paths", o->paths, "Scenario files, or folders of them.")
      ->required()
      ->type_name("FILE|DIR");
  command
      .add_option("--profiles", o->profiles,
                  "Profiles of the bundled core, side by side. The exit code is of the last one.")
      ->delimiter(',')
      ->type_name("NAME,...")
      ->capture_default_str();
  command.add_option("--set", o->sets, "Override a value: load.chat.users=5.")
      ->type_name("PATH=VALUE");
  command.add_option("--jobs", o->jobs, "Runs at the same time; changes no result.")
      ->check(CLI::Range(1, 256))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--out", o->out, "Also write every run here, and a page of all: index.html.")
      ->type_name("DIR");
  command.add_flag("--markdown", o->markdown, "A table for GitHub.");
  command.callback([o, &exit_code] { exit_code = contrast(*o); });
}

}  // namespace harness
