#include "harness/commands/run.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "agent/profile.hpp"
#include "harness/commands/command.hpp"
#include "harness/run/determinism.hpp"
#include "harness/run/environment.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/progress_line.hpp"
#include "harness/run/run.hpp"
#include "harness/run/run_directory.hpp"
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

struct RunCommand {
  std::vector<std::string> paths;
  std::vector<std::string> sets;
  std::string mode;  // empty: sim, or live with a target
  std::string seed;
  std::string profile = "legacy";
  std::string target;
  std::string dialect = "openai-chat";
  std::string pacing = "timer";
  std::string out = "shakedown-out";
  double time_scale = 1.0;
  std::uint16_t fakes_port = 0;
  std::string trail;         // of a fresh process, for the one that checks determinism
  std::string trail_events;  // FROM:TO
  bool check_determinism = false;
  bool quiet = false;
  bool json = false;
};

std::string quoted(const std::string& word) {
  const bool plain = word.find_first_not_of(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=%,+@") ==
      std::string::npos;
  if (plain && !word.empty()) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// The command that runs this again, whatever the defaults of then.
std::string reproduce_command(const RunCommand& command, const std::string& file, Mode mode,
                              std::uint64_t seed) {
  std::string text = "shakedown run " + quoted(file);
  text += mode == Mode::sim ? " --mode sim" : " --mode live";
  text += " --seed " + std::to_string(seed);
  if (command.target.empty()) {
    text += " --profile " + quoted(command.profile);
  } else {
    text += " --target " + quoted(command.target);
  }
  for (const std::string& set : command.sets) text += " --set " + quoted(set);
  if (mode == Mode::live && command.time_scale != 1.0) {
    char scale[32];
    std::snprintf(scale, sizeof scale, " --time-scale %g", command.time_scale);
    text += scale;
  }
  if (mode == Mode::live && command.fakes_port != 0) {
    text += " --fakes-port " + std::to_string(command.fakes_port);
  }
  if (mode == Mode::live && command.pacing != "timer") text += " --pacing " + command.pacing;
  return text;
}

world::Pacing pacing_of(const std::string& name) {
  if (name == "tick") return world::Pacing::tick;
  if (name == "spin") return world::Pacing::spin;
  return world::Pacing::timer;
}

std::uint64_t parse_seed(const std::string& text) {
  char* end = nullptr;
  errno = 0;
  const std::uint64_t seed = std::strtoull(text.c_str(), &end, 0);
  // strtoull would take blanks and a sign before the number.
  const bool digit_first = !text.empty() && text.front() >= '0' && text.front() <= '9';
  if (!digit_first || *end != '\0' || errno != 0) {
    throw std::runtime_error("--seed " + text + ": a seed is a number, as 7 or 0x9f3a");
  }
  return seed;
}

bool colour_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

RunOptions options_of(const RunCommand& command) {
  RunOptions options;
  const bool live = command.mode == "live" || (command.mode.empty() && !command.target.empty());
  options.mode = live ? Mode::live : Mode::sim;
  options.profile = command.profile;
  options.target_url = command.target;
  options.time_scale = command.time_scale;
  options.pacing = pacing_of(command.pacing);
  options.fakes_port = command.fakes_port;
  options.sets = command.sets;
  std::error_code error;
  options.agent_program = std::filesystem::read_symlink("/proc/self/exe", error).string();
  return options;
}

void check_usage(const RunCommand& command, const RunOptions& options) {
  if (options.mode == Mode::sim && !command.target.empty()) {
    throw std::runtime_error("--mode sim --target: a real target cannot be simulated; "
                             "leave one of them out");
  }
  if (!command.target.empty()) parse_target_url(command.target);
  if (command.check_determinism && options.mode == Mode::live) {
    throw std::runtime_error("--check-determinism is for --mode sim: real time never repeats");
  }
  if (command.dialect != "openai-chat") {
    throw std::runtime_error("--dialect " + command.dialect +
                             ": not a dialect; `shakedown list dialects` shows all");
  }
  if (agent::find_profile(command.profile) == nullptr) {
    std::vector<std::string> names;
    for (const agent::Profile& profile : agent::kProfiles) names.emplace_back(profile.name);
    throw std::runtime_error("--profile " + command.profile + ": no such profile" +
                             did_you_mean(command.profile, names) +
                             "; `shakedown list profiles` shows all");
  }
}

// Options that would have no effect in any of the runs. A scenario with a target runs live too.
void check_live_options(const RunCommand& command, const RunOptions& options,
                        const std::vector<Scenario>& scenarios) {
  if (options.mode == Mode::live) return;
  for (const Scenario& scenario : scenarios) {
    if (!scenario.target.url.empty()) return;
  }
  if (command.time_scale != 1.0) {
    throw std::runtime_error("--time-scale is for --mode live: virtual time takes no time");
  }
  if (command.fakes_port != 0) {
    throw std::runtime_error("--fakes-port is for --mode live: simulated fakes have no port");
  }
  if (command.pacing != "timer") {
    throw std::runtime_error("--pacing is for --mode live: virtual time is never late");
  }
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
  const Prepared prepared = prepare(std::move(scenario), seed);
  options.reproduce = reproduce_command(command, prepared.scenario.file, options.mode, seed);

  world::RealFiles files;
  RunDirectory directory(files, command.out + "/" + prepared.scenario.name);
  directory.open();
  ProgressLine line(prepared.scenario.name, command.quiet || command.json);
  RunHooks hooks;
  hooks.history = directory.history();
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
  directory.finish(result.record, probe.finish());
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
  command.add_option("paths", o->paths, "Scenario files, or folders of them.")
      ->required()
      ->type_name("FILE|DIR");
  command
      .add_option("--mode", o->mode,
                  "sim: virtual time, the same bytes for the same seed. live: real sockets and "
                  "processes. Default: sim; live with --target.")
      ->check(CLI::IsMember({"sim", "live"}))
      ->type_name("MODE");
  command.add_option("--seed", o->seed, "Seed of every random draw; default: the scenario's.")
      ->type_name("N");
  command.add_option("--profile", o->profile, "How the bundled agent core behaves.")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_option("--target", o->target, "Test the agent at this address instead.")
      ->type_name("URL");
  command.add_option("--dialect", o->dialect, "Wire format that the target speaks.")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_option("--set", o->sets, "Override a value: load.chat.users=5.")
      ->type_name("PATH=VALUE");
  command
      .add_option("--time-scale", o->time_scale, "live: scenario seconds per second.")
      ->check(CLI::Range(0.001, 1000.0))
      ->type_name("X")
      ->capture_default_str();
  command
      .add_option("--pacing", o->pacing,
                  "live: timer (precise), tick (every millisecond), spin (busy before each send).")
      ->check(CLI::IsMember({"timer", "tick", "spin"}))
      ->type_name("HOW")
      ->capture_default_str();
  command
      .add_option("--fakes-port", o->fakes_port,
                  "live: port of the first fake backend, the others follow; default: any free.")
      ->type_name("PORT");
  command.add_option("--out", o->out, "Folder for the results, one folder per scenario.")
      ->type_name("DIR")
      ->capture_default_str();
  command.add_flag("--check-determinism", o->check_determinism,
                   "sim: run twice more, once in a fresh process, and compare every event.");
  command.add_option("--trail", o->trail)->group("");
  command.add_option("--trail-events", o->trail_events)->group("");
  command.add_flag("--quiet", o->quiet, "Only the verdict and its reasons.");
  command.add_flag("--json", o->json, "Print result.json instead of the table.");
  command.callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace harness
