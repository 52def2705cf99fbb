#include "harness/commands/run_options.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "agent/profile.hpp"
#include "harness/commands/shell_words.hpp"
#include "harness/run/segment.hpp"
#include "harness/run/target_url.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/units.hpp"

namespace harness {

namespace {

std::string quoted(const std::string& word) {
  const bool plain = word.find_first_not_of(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=%,+@") ==
      std::string::npos;
  if (plain && !word.empty()) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

world::Pacing pacing_of(const std::string& name) {
  if (name == "tick") return world::Pacing::tick;
  if (name == "spin") return world::Pacing::spin;
  return world::Pacing::timer;
}

bool names_target(const RunCommand& command) {
  return !command.target.empty() || !command.target_command.empty();
}

TargetDialect dialect_named(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& choice : choices(TargetDialect{})) {
    if (choice.name == name) return choice.value;
    names.emplace_back(choice.name);
  }
  throw std::runtime_error("--dialect " + name + ": not a dialect of targets" +
                           did_you_mean(name, names) + "; `shakedown list dialects` shows all");
}

void check_target(const RunCommand& command) {
  std::string url = command.target;
  const std::size_t port = url.find("{port}");
  if (port != std::string::npos && !command.target_command.empty()) url.replace(port, 6, "1");
  if (!url.empty()) parse_target_url(url);
  if (!command.target_command.empty()) {
    try {
      split_words(command.target_command);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error("--target-command: " + std::string(error.what()));
    }
  }
  if (!command.dialect.empty()) dialect_named(command.dialect);
}

}  // namespace

void take_target(const RunCommand& command, Scenario& scenario) {
  Target& target = scenario.target;
  if (names_target(command)) {
    target.url = command.target;
    target.command.clear();
    target.directory.clear();
    if (!command.target_command.empty()) target.command = split_words(command.target_command);
  }
  if (command.dialect.empty()) return;
  if (!target.is_given()) {
    throw std::runtime_error("--dialect " + command.dialect + ": there is no target to speak it; "
                             "give --target or --target-command too");
  }
  target.dialect = dialect_named(command.dialect);
  if (target.dialect != TargetDialect::json) target.mapping.reset();
}

std::string reproduce_command(const RunCommand& command, const Scenario& scenario, Mode mode,
                              std::uint64_t seed) {
  std::string text = "shakedown run " + quoted(scenario.file);
  text += mode == Mode::sim ? " --mode sim" : " --mode live";
  text += " --seed " + std::to_string(seed);
  if (!scenario.target.is_given()) text += " --profile " + quoted(command.profile);
  if (!command.target.empty()) text += " --target " + quoted(command.target);
  if (!command.target_command.empty()) {
    text += " --target-command " + quoted(command.target_command);
  }
  if (!command.dialect.empty()) text += " --dialect " + quoted(command.dialect);
  for (const std::string& set : command.sets) text += " --set " + quoted(set);
  if (mode == Mode::live && command.time_scale != 1.0) {
    char scale[32];
    std::snprintf(scale, sizeof scale, " --time-scale %g", command.time_scale);
    text += scale;
  }
  if (mode == Mode::live && command.fakes_port != 0) {
    text += " --fakes-port " + std::to_string(command.fakes_port);
  }
  if (mode == Mode::live && command.no_calibration) text += " --no-calibration";
  if (command.stop_early) text += " --stop-early";
  if (mode == Mode::live && command.pacing != "timer") text += " --pacing " + command.pacing;
  return text;
}

std::uint64_t seed_option(const std::string& text) {
  const bool digit_first = !text.empty() && text.front() >= '0' && text.front() <= '9';
  const Parsed<std::uint64_t> seed = parse_seed(text);
  if (!digit_first || !seed.value) {
    throw std::runtime_error("--seed " + text + ": a seed is a number, as 7 or 0x9f3a");
  }
  return *seed.value;
}

RunOptions options_of(const RunCommand& command) {
  RunOptions options;
  const bool live = command.mode == "live" || (command.mode.empty() && names_target(command));
  options.mode = live ? Mode::live : Mode::sim;
  options.profile = command.profile;
  options.time_scale = command.time_scale;
  options.pacing = pacing_of(command.pacing);
  options.fakes_port = command.fakes_port;
  options.calibrate = !command.no_calibration;
  options.sets = command.sets;
  if (!command.segment.empty()) {
    options.segment = parse_segment(command.segment, [](const char* name) {
      return static_cast<const char*>(std::getenv(name));
    });
  }
  if (!command.start_at.empty()) options.start_unix_nanos = parse_start(command.start_at);
  options.stop_early = command.stop_early;
  std::error_code error;
  options.agent_program = std::filesystem::read_symlink("/proc/self/exe", error).string();
  return options;
}

void check_usage(const RunCommand& command, const RunOptions& options) {
  if (!command.ui.empty() && command.jobs > 1) {
    throw std::runtime_error("--ui --jobs: the live view shows one run at a time; leave one of "
                             "them out");
  }
  if (options.mode == Mode::sim && names_target(command)) {
    throw std::runtime_error("--mode sim --target: a real target cannot be simulated; "
                             "leave one of them out");
  }
  check_target(command);
  if (command.check_determinism && options.mode == Mode::live) {
    throw std::runtime_error("--check-determinism is for --mode sim: real time never repeats");
  }
  if (command.seeds > 0 && (!command.segment.empty() || !command.start_at.empty())) {
    throw std::runtime_error("--seeds is for whole runs in sim; leave --segment and --start-at "
                             "out");
  }
  if (command.stop_early && !command.segment.empty()) {
    throw std::runtime_error("--stop-early --segment: one segment cannot know when the whole run "
                             "is decided; leave one of them out");
  }
  if (options.mode == Mode::live && (command.seeds > 0 || command.jobs > 1)) {
    throw std::runtime_error("--seeds and --jobs are for --mode sim: live runs would share this "
                             "machine and measure one another");
  }
  if (agent::find_profile(command.profile) == nullptr) {
    std::vector<std::string> names;
    for (const agent::Profile& profile : agent::kProfiles) names.emplace_back(profile.name);
    throw std::runtime_error("--profile " + command.profile + ": no such profile" +
                             did_you_mean(command.profile, names) +
                             "; `shakedown list profiles` shows all");
  }
}

void check_start(const RunCommand& command, const RunOptions& options, std::size_t scenarios) {
  if (command.start_at.empty()) return;
  const std::string given = "--start-at " + command.start_at + ": ";
  if (scenarios > 1) {
    throw std::runtime_error(given + "only one of " + std::to_string(scenarios) +
                             " scenarios can begin then; run them one by one");
  }
  const std::int64_t ahead = options.start_unix_nanos - world::RealClock().unix_nanos();
  const auto seconds = [](std::int64_t nanos) {
    return std::to_string(nanos / 1'000'000'000) + " s";
  };
  if (ahead < -kStartLateMax) {
    throw std::runtime_error(given + "was " + seconds(-ahead) +
                             " ago; give an instant that is still to come");
  }
  if (ahead > kStartAheadMax) {
    throw std::runtime_error(given + "is " + seconds(ahead) + " ahead, more than a day");
  }
}

void check_live_options(const RunCommand& command, const RunOptions& options,
                        const std::vector<Scenario>& scenarios) {
  if (options.mode == Mode::live) return;
  for (const Scenario& scenario : scenarios) {
    if (!scenario.target.is_given()) continue;
    if (command.seeds > 0 || command.jobs > 1) {
      throw std::runtime_error("--seeds and --jobs are for --mode sim, and " + scenario.file +
                               " has a target, which is tested live");
    }
    return;
  }
  if (command.time_scale != 1.0) {
    throw std::runtime_error("--time-scale is for --mode live: virtual time takes no time");
  }
  if (command.no_calibration) {
    throw std::runtime_error("--no-calibration is for --mode live: virtual time is never late");
  }
  if (command.fakes_port != 0) {
    throw std::runtime_error("--fakes-port is for --mode live: simulated fakes have no port");
  }
  if (!command.start_at.empty()) {
    throw std::runtime_error("--start-at is for --mode live: virtual time begins at once");
  }
  if (command.pacing != "timer") {
    throw std::runtime_error("--pacing is for --mode live: virtual time is never late");
  }
}

void add_run_options(CLI::App& app, RunCommand& command) {
  app.add_option("paths", command.paths, "Scenario files, or folders of them.")
      ->required()
      ->type_name("FILE|DIR");
  app
      .add_option("--mode", command.mode,
                  "sim: virtual time, the same bytes for the same seed. live: real sockets and "
                  "processes. Default: sim; live with --target.")
      ->check(CLI::IsMember({"sim", "live"}))
      ->type_name("MODE");
  app.add_option("--seed", command.seed, "Seed of every random draw; default: the scenario's.")
      ->type_name("N");
  app.add_option("--profile", command.profile, "How the bundled agent core behaves.")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--target", command.target, "Test the agent at this address instead.")
      ->type_name("URL");
  app
      .add_option("--target-command", command.target_command,
                  "Test the agent that this command starts instead; it finds its port in PORT and "
                  "the fakes in OPENAI_BASE_URL and the like. No shell: words and quotes only.")
      ->type_name("COMMAND");
  app
      .add_option("--dialect", command.dialect,
                  "Wire format that the target speaks: openai-chat (default), openai-responses, "
                  "anthropic, or json, of which the scenario's target.mapping says more.")
      ->type_name("NAME");
  app.add_option("--set", command.sets, "Override a value: load.chat.users=5.")
      ->type_name("PATH=VALUE");
  app
      .add_option("--time-scale", command.time_scale, "live: scenario seconds per second.")
      ->check(CLI::Range(0.001, 1000.0))
      ->type_name("X")
      ->capture_default_str();
  app
      .add_option("--pacing", command.pacing,
                  "live: timer (precise), tick (every millisecond), spin (busy before each send).")
      ->check(CLI::IsMember({"timer", "tick", "spin"}))
      ->type_name("HOW")
      ->capture_default_str();
  app
      .add_option("--fakes-port", command.fakes_port,
                  "live: port of the first fake backend, the others follow; default: any free.")
      ->type_name("PORT");
  app.add_option("--segment", command.segment,
                 "Only the users of part i of n, to `merge`. live: sends only their requests. sim: "
                 "simulates the whole world and records only them, so that the parts add up to the "
                 "run exactly. auto: as MPI, Slurm or a Kubernetes Indexed Job say.")
      ->type_name("i/n|auto");
  app.add_option("--start-at", command.start_at,
                 "live: begin at this instant (RFC 3339, or seconds since 1970), all segments at "
                 "the same.")
      ->type_name("T");
  app.add_flag("--no-calibration", command.no_calibration,
               "live: do not measure first whether the generator alone can hold the plan.");
  app.add_option("--out", command.out, "Folder for the results, one folder per scenario.")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_flag("--stop-early", command.stop_early,
               "End as soon as an objective is decided as FAIL, or all as PASS behind the faults.");
  app.add_option("--seeds", command.seeds,
                 "sim: run with so many seeds, from --seed on, and judge over all of them.")
      ->check(CLI::Range(1, kSeedsMax))
      ->type_name("N");
  app.add_option("--jobs", command.jobs, "sim: runs at the same time; changes no result.")
      ->check(CLI::Range(1, 256))
      ->type_name("N")
      ->capture_default_str();
  app.add_flag("--check-determinism", command.check_determinism,
               "sim: run again, in a fresh process too, and in two segments; compare every event "
               "and every file.");
  app.add_option("--trail", command.trail)->group("");
  app.add_option("--trail-events", command.trail_events)->group("");
  app.add_option("--ui", command.ui,
                 "Show the run live in a browser, at this address, and let it be ended there.")
      ->type_name("HOST:PORT");
  app.add_flag("--quiet", command.quiet, "Only the verdict and its reasons.");
  app.add_flag("--json", command.json, "Print result.json instead of the table.");
}

}  // namespace harness
