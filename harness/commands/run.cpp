#include "harness/commands/run.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "agent/profile.hpp"
#include "harness/commands/colour.hpp"
#include "harness/commands/command.hpp"
#include "harness/commands/run_options.hpp"
#include "harness/live/live_feed.hpp"
#include "harness/run/determinism.hpp"
#include "harness/run/environment.hpp"
#include "harness/run/finished_page.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/many_seeds.hpp"
#include "harness/run/progress_line.hpp"
#include "harness/run/run.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/run/segment.hpp"
#include "harness/run/suite_parts.hpp"
#include "harness/run/target_setup.hpp"
#include "harness/run/target_url.hpp"
#include "harness/run/trail_file.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/scenario/never_asked.hpp"
#include "harness/verdict/verdict.hpp"
#include "reports/console.hpp"
#include "reports/result_json.hpp"
#include "reports/suite_console.hpp"
#include "world/interrupt.hpp"
#include "world/real_files.hpp"
#include "world/thread.hpp"

namespace harness {

namespace {

Scenario load(const RunCommand& command, const std::string& file) {
  LoadOptions load;
  load.sets = command.sets;
  load.agent = agent::find_profile(command.profile)->apply(agent::Config{});
  Scenario scenario = load_scenario(file, load);
  take_target(command, scenario);
  return scenario;
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
    const bool live =
        command.mode == "live" || (scenario.target.is_given() && command.mode != "sim");
    for (ScenarioError& error : cannot_run(scenario, live ? Mode::live : Mode::sim)) {
      errors.push_back(std::move(error));
    }
    for (ScenarioError& error : never_asked(scenario)) errors.push_back(std::move(error));
    for (ScenarioError& error : target_errors(scenario)) errors.push_back(std::move(error));
    if (!scenario.target.is_given()) continue;
    for (ScenarioError& error : target_lacks(scenario)) errors.push_back(std::move(error));
  }
}

// One run to make: a scenario with one seed. `beside` names its folder among those of other seeds.
struct Unit {
  const Scenario& scenario;
  std::uint64_t seed;
  std::string beside;
  LiveFeed live;
};

// What became of it, kept until its turn to be told of.
struct Ended {
  bool ran = false;
  int code = exit_code::kInvalid;
  std::string out;
  std::string err;
  reports::SuiteRow row;
  reports::SuiteEntry entry;  // of the suite's page
  SeedRun seed;
};

// One run, from its scenario to its folder of results.
int run_one(const RunCommand& command, RunOptions options, Unit& unit, Ended& ended) {
  Scenario scenario = unit.scenario;
  const std::uint64_t seed = unit.seed;
  if (scenario.target.is_given()) options.mode = Mode::live;
  Prepared prepared = prepare(std::move(scenario), seed);
  take_segment(prepared, options.segment, options.mode);
  options.reproduce = reproduce_command(command, prepared.scenario, options.mode, seed);

  world::RealFiles files;
  const std::string name = prepared.scenario.name;
  const bool is_seed = !unit.beside.empty();
  RunDirectory directory(files, command.out + "/" + name + (is_seed ? "/" + unit.beside : ""));
  directory.open();
  ProgressLine line(prepared, options, command.quiet || command.json || command.jobs > 1);
  RunHooks hooks;
  hooks.history = history_of(options.segment, directory.history());
  hooks.events = directory.events();
  const bool live = options.mode == Mode::live;
  hooks.progress = [&](const Progress& progress) {
    line.show(progress);
    unit.live.progress(progress);
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
  unit.live.begin(prepared, options);
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
  unit.live.end(result.record, environment);
  ended.entry = reports::suite_entry(
      result.record,
      (is_seed ? name + "/" + unit.beside : name) + "/" + std::string(reports::kReportFile));
  ended.row.verdict = result.record.verdict;
  ended.row.requests = result.record.counts.sent;
  ended.row.stopped_early = !result.record.stopped_early.empty();
  if (!result.record.reasons.empty()) ended.row.reason = result.record.reasons.front();
  if (is_seed) {
    ended.seed = seed_run_of(result.record, unit.beside);
  } else if (command.json) {
    reports::write_result_json(result.record, {}, [&](std::string_view t) { ended.out += t; });
  } else {
    reports::ConsoleOptions console;
    console.colour = colour_wanted();
    console.quiet = command.quiet;
    ended.out = reports::console_text(result.record, console) + "  results in " +
                directory.folder() + "\n\n";
  }
  if (result.record.interrupted) return exit_code::kInterrupted;
  if (command.check_determinism) {
    DeterminismInput input{prepared, options, result, directory.folder()};
    Divergence divergence;
    try {
      divergence = check_determinism(input);
    } catch (const std::runtime_error& error) {
      ended.err += std::string("shakedown: ") + error.what() + "\n";
      return exit_code::kInvalid;  // nothing is known of determinism
    }
    // With --json, stdout is one JSON document and nothing else.
    // With --seeds the table of seeds is the output; a seed that differs is told beside it.
    const bool aside = command.json || is_seed;
    if (!is_seed || divergence.found) (aside ? ended.err : ended.out) += divergence.text + "\n";
    if (divergence.found) return exit_code::kNondeterministic;
  }
  return exit_code_of(result.record.verdict);
}

// Everything is loaded before anything runs: a typo in the last file costs no waiting.
std::vector<Scenario> load_all(const RunCommand& command, const RunOptions& options) {
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
  return scenarios;
}

std::vector<Unit> units_of(const RunCommand& command, const std::vector<Scenario>& scenarios,
                           LiveServer* live) {
  std::vector<Unit> units;
  const std::size_t of = scenarios.size() * static_cast<std::size_t>(std::max(1, command.seeds));
  const auto add = [&](const Scenario& scenario, std::uint64_t seed, const std::string& beside) {
    units.push_back({scenario, seed, beside, LiveFeed(live, units.size(), of)});
  };
  for (const Scenario& scenario : scenarios) {
    const std::uint64_t seed = command.seed.empty() ? scenario.seed : seed_option(command.seed);
    if (command.seeds == 0) add(scenario, seed, "");
    for (int i = 0; i < command.seeds; ++i) {
      const std::uint64_t next = seed + static_cast<std::uint64_t>(i);
      add(scenario, next, "seed-" + std::to_string(next));
    }
  }
  return units;
}

// All seeds of one scenario have ended, or as many as could before an interrupt: seeds.json, what
// is printed, and the verdict over them.
void end_seeds(const RunCommand& command, std::vector<SeedRun> runs, Ended& last) {
  SeedsReport report;
  report.scenario = last.row.scenario;
  report.profile = command.profile;
  report.judgement = judge_seeds(runs, static_cast<std::uint64_t>(command.seeds));
  report.runs = std::move(runs);
  world::RealFiles files;
  const std::string folder = command.out + "/" + report.scenario;
  const std::string json = seeds_json(report);
  if (!world::run_inline(files.replace(folder + "/seeds.json", json))) {
    throw OutputError(folder + "/seeds.json: could not be written");
  }
  last.out += command.json ? json
                           : seeds_text(report, colour_wanted(), command.quiet) +
                                 "  results in " + folder + "\n\n";
  last.row.verdict = report.judgement.verdict;
  last.row.reason = report.judgement.claim;
  last.row.stopped_early = report.judgement.stopped_early > 0;
  last.row.requests = 0;
  for (const SeedRun& run : report.runs) last.row.requests += run.requests;
  last.code = exit_code_of(report.judgement.verdict);
}

// Makes the runs and tells of them in their order, whatever order they end in.
class Session {
 public:
  Session(const RunCommand& command, const RunOptions& options, std::size_t scenarios,
          std::vector<Unit> units)
      : command_(command),
        options_(options),
        array_(command.json && scenarios > 1),
        units_(std::move(units)),
        ended_(units_.size()) {}

  int run() {
    world::run_parallel(
        static_cast<std::size_t>(command_.jobs), units_.size(), [this](std::size_t i) { work(i); },
        [this](std::size_t i) { tell(i); });
    if (array_) std::fputs(suite_.empty() ? "[]\n" : "]\n", stdout);
    end_suite();
    if (world::interrupted()) return exit_code::kInterrupted;
    if (suite_.size() > 1 && !command_.json) {
      std::printf("%s", reports::suite_text(suite_, colour_wanted()).c_str());
    }
    if (!page_.empty()) std::printf("  all of them in %s\n", page_.c_str());
    return worst_exit_code(codes_);
  }

 private:
  // The page of all runs that were made, and where it is.
  void end_suite() {
    std::string page;
    try {
      page = write_suite_page(command_.out, entries_);
    } catch (const OutputError& error) {
      std::fprintf(stderr, "shakedown: %s\n", error.what());
      codes_.push_back(exit_code::kInvalid);
      return;
    }
    if (!command_.json) page_ = std::move(page);
  }

  void work(std::size_t i) {
    if (world::interrupted()) return;
    Ended& ended = ended_[i];
    ended.ran = true;
    ended.row.scenario = units_[i].scenario.name;
    ended.seed.seed = units_[i].seed;
    guarded(ended, [&] { ended.code = run_one(command_, options_, units_[i], ended); });
  }

  template <class Do>
  static void guarded(Ended& ended, Do&& act) {
    try {
      act();
    } catch (const OutputError& error) {
      ended.err += "shakedown: " + ended.row.scenario + ": " + error.what() + "\n";
      ended.row.reason = ended.seed.reason = error.what();
      ended.code = exit_code::kInvalid;
    }
  }

  void tell(std::size_t i) {
    Ended& ended = ended_[i];
    if (!ended.entry.href.empty()) entries_.push_back(std::move(ended.entry));
    if (!units_[i].beside.empty()) return tell_seed(i);
    if (ended.ran) print(ended);
  }

  // Told of together behind the last one of a scenario, be it that this one never ran.
  void tell_seed(std::size_t i) {
    Ended& ended = ended_[i];
    const bool is_whole = ended.ran && ended.code != exit_code::kInterrupted;
    if (is_whole) seeds_.push_back(std::move(ended.seed));
    if (ended.code == exit_code::kNondeterministic) codes_.push_back(ended.code);
    std::fputs(ended.err.c_str(), stderr);
    ended.err.clear();
    const bool is_last = (i + 1) % static_cast<std::size_t>(command_.seeds) == 0;
    if (is_last && !seeds_.empty()) {
      ended.row.scenario = units_[i].scenario.name;
      guarded(ended, [&] { end_seeds(command_, std::move(seeds_), ended); });
      print(ended);
    }
    if (is_last) seeds_.clear();
    ended = Ended{};
  }

  void print(Ended& ended) {
    // With --json, stdout is one JSON document: an object, or an array for several scenarios.
    if (array_) std::printf("%s\n", suite_.empty() ? "[" : ",");
    std::fwrite(ended.out.data(), 1, ended.out.size(), stdout);
    std::fflush(stdout);
    std::fputs(ended.err.c_str(), stderr);
    suite_.push_back(ended.row);
    codes_.push_back(ended.code);
    ended = Ended{};
  }

  const RunCommand& command_;
  const RunOptions& options_;
  bool array_;
  std::vector<Unit> units_;
  std::vector<Ended> ended_;
  // Of what was told:
  std::vector<SeedRun> seeds_;  // of the scenario that is under way
  std::vector<int> codes_;
  std::vector<reports::SuiteRow> suite_;
  std::vector<reports::SuiteEntry> entries_;
  std::string page_;  // of all of them, once it is written
};

int run(const RunCommand& command) {
  const RunOptions options = options_of(command);
  check_usage(command, options);
  world::catch_interrupts();
  const std::vector<Scenario> scenarios = load_all(command, options);
  std::unique_ptr<LiveServer> live;
  if (!command.ui.empty()) {
    live = std::make_unique<LiveServer>(parse_address(command.ui));
    std::fprintf(stderr, "live view: %s\n", live->url().c_str());
  }
  Session session(command, options, scenarios.size(), units_of(command, scenarios, live.get()));
  const int code = session.run();
  if (live) live->finish({{"exit_code", code}, {"interrupted", world::interrupted()}});
  return code;
}

}  // namespace

void add_run(CLI::App& command, int& exit_code) {
  auto o = std::make_shared<RunCommand>();
  add_run_options(command, *o);
  command.callback([o, &exit_code] { exit_code = run(*o); });
}

}  // namespace harness
