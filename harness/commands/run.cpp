#include "harness/commands/run.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "agent/profile.hpp"
#include "harness/commands/command.hpp"
#include "harness/commands/run_options.hpp"
#include "harness/run/determinism.hpp"
#include "harness/run/environment.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/progress_line.hpp"
#include "harness/run/run.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/run/segment.hpp"
#include "harness/run/suite_parts.hpp"
#include "harness/run/target_url.hpp"
#include "harness/run/trail_file.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/verdict/verdict.hpp"
#include "reports/console.hpp"
#include "reports/result_json.hpp"
#include "reports/suite_console.hpp"
#include "world/interrupt.hpp"
#include "world/real_files.hpp"

namespace harness {

namespace {

bool colour_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

Scenario load(const RunCommand& command, const std::string& file) {
  LoadOptions load;
  load.sets = command.sets;
  load.agent = agent::find_profile(command.profile)->apply(agent::Config{});
  return load_scenario(file, load);
}

// What is wrong with the scenarios of one command taken together.
void check_together(const RunCommand& command, const std::vector<Scenario>& scenarios,
                    std::vector<ScenarioError>& errors) {
  std::map<std::string, std::string> files;  // by scenario name, which is the name of its results
  for (const Scenario& scenario : scenarios) {
    const auto [first, is_new] = files.emplace(scenario.name, scenario.file);
    if (!is_new) {
      errors.push_back({Place{scenario.file, 0, 0},
                        "scenario `" + scenario.name + "` is also in " + first->second +
                            "; its results would overwrite those"});
    }
    const bool live = command.mode == "live" || !command.target.empty() ||
                      !scenario.target.url.empty();
    if (live) {
      for (ScenarioError& error : sim_only(scenario)) errors.push_back(std::move(error));
    }
    if (scenario.target.url.empty() || !command.target.empty()) continue;
    if (command.mode == "sim") {
      errors.push_back({Place{scenario.file, 0, 0},
                        "has a target.url, and a real target cannot be simulated; leave --mode sim "
                        "out"});
    }
    try {
      parse_target_url(scenario.target.url);
    } catch (const TargetError& error) {
      errors.push_back({Place{scenario.file, 0, 0}, std::string("target.url: ") + error.what()});
    }
  }
}

// One scenario, from its file to its folder of results.
int run_one(const RunCommand& command, RunOptions options, Scenario scenario,
            reports::SuiteRow& row) {
  const std::uint64_t seed = command.seed.empty() ? scenario.seed : parse_seed(command.seed);
  if (options.target_url.empty() && !scenario.target.url.empty()) {
    options.target_url = scenario.target.url;
    options.mode = Mode::live;
  }
  Prepared prepared = prepare(std::move(scenario), seed);
  take_segment(prepared, options.segment, options.mode);
  options.reproduce = reproduce_command(command, prepared.scenario.file, options.mode, seed);

  world::RealFiles files;
  RunDirectory directory(files, command.out + "/" + prepared.scenario.name);
  directory.open();
  ProgressLine line(prepared.scenario.name, command.quiet || command.json);
  RunHooks hooks;
  hooks.history = history_of(options.segment, directory.history());
  hooks.events = directory.events();
  const bool live = options.mode == Mode::live;
  hooks.progress = [&line, &directory, live](const Progress& progress) {
    line.show(progress);
    if (live) directory.flush();  // many times a second; virtual time would come too often
  };
  hooks.interrupted = [&directory] { return world::interrupted() || directory.failed(); };

  EventLines traced;
  if (!command.trail_events.empty()) {
    const std::size_t colon = command.trail_events.find(':');
    hooks.trace = trace_into(traced, std::stoull(command.trail_events),
                             std::stoull(command.trail_events.substr(colon + 1)));
  }
  EnvironmentProbe probe;
  RunResult result;
  try {
    result = run_scenario(prepared, options, hooks);
  } catch (const TargetError& error) {
    result.record = never_started(prepared, options, error.what());
  }
  if (!command.trail.empty()) write_trail(command.trail, result, traced);
  reports::Environment environment = probe.finish();
  if (options.start_unix_nanos != 0) {
    environment.started_unix_ms = options.start_unix_nanos / 1'000'000;
  }
  directory.finish(result.record, environment);
  line.wipe();
  row.verdict = result.record.verdict;
  row.requests = result.record.counts.sent;
  if (!result.record.reasons.empty()) row.reason = result.record.reasons.front();
  if (command.json) {
    std::string text;
    reports::write_result_json(result.record, {}, [&text](std::string_view t) { text += t; });
    std::fwrite(text.data(), 1, text.size(), stdout);
  } else {
    reports::ConsoleOptions console;
    console.colour = colour_wanted();
    console.quiet = command.quiet;
    const std::string text = reports::console_text(result.record, console);
    std::printf("%s  results in %s\n\n", text.c_str(), directory.folder().c_str());
  }
  std::fflush(stdout);
  if (result.record.interrupted) return exit_code::kInterrupted;
  if (command.check_determinism) {
    DeterminismInput input{prepared, options, result, directory.folder()};
    Divergence divergence;
    try {
      divergence = check_determinism(input);
    } catch (const std::runtime_error& error) {
      std::fprintf(stderr, "shakedown: %s\n", error.what());
      return exit_code::kInvalid;  // nothing is known of determinism
    }
    // With --json, stdout is one JSON document and nothing else.
    std::fprintf(command.json ? stderr : stdout, "%s\n", divergence.text.c_str());
    if (divergence.found) return exit_code::kNondeterministic;
  }
  return exit_code_of(result.record.verdict);
}

int run(const RunCommand& command) {
  const RunOptions options = options_of(command);
  check_usage(command, options);
  world::catch_interrupts();
  // Everything is loaded before anything runs: a typo in the last file costs no waiting.
  std::vector<Scenario> scenarios;
  std::vector<ScenarioError> errors;
  for (const std::string& file : scenario_files(command.paths)) {
    try {
      scenarios.push_back(load(command, file));
      prepare(scenarios.back(), scenarios.back().seed);
    } catch (const ScenarioErrors& found) {
      errors.insert(errors.end(), found.errors().begin(), found.errors().end());
    }
  }
  check_together(command, scenarios, errors);
  if (!errors.empty()) throw ScenarioErrors(std::move(errors));
  check_live_options(command, options, scenarios);
  check_start(command, options, scenarios.size());

  // With --json, stdout is one JSON document: an object, or an array of them for several scenarios.
  const bool array = command.json && scenarios.size() > 1;
  std::vector<int> codes;
  std::vector<reports::SuiteRow> suite;
  for (Scenario& scenario : scenarios) {
    const std::string name = scenario.name;
    if (array) std::printf("%s\n", suite.empty() ? "[" : ",");
    reports::SuiteRow& row = suite.emplace_back();
    row.scenario = name;
    try {
      codes.push_back(run_one(command, options, std::move(scenario), row));
    } catch (const OutputError& error) {
      std::fprintf(stderr, "shakedown: %s: %s\n", name.c_str(), error.what());
      row.reason = error.what();
      codes.push_back(exit_code::kInvalid);
    }
    if (world::interrupted()) break;
  }
  if (array) std::printf("]\n");
  if (world::interrupted()) return exit_code::kInterrupted;
  if (suite.size() > 1 && !command.json) {
    std::printf("%s", reports::suite_text(suite, colour_wanted()).c_str());
  }
  return worst_exit_code(codes);
}

}  // namespace

void add_run(CLI::App& command, int& exit_code) {
  auto o = std::make_shared<RunCommand>();
  add_run_options(command, *o);
  command.callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace harness
