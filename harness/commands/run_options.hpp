// RunCommand: what the command line of `shakedown run` says, as it was given. How it is declared to
// CLI11, what cannot go together, and what it means for a run. Throws runtime_error (exit 3).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/run/run.hpp"
#include "harness/scenario/scenario.hpp"

namespace CLI {
class App;
}

namespace harness {

inline constexpr int kSeedsMax = 100'000;

struct RunCommand {
  std::vector<std::string> paths;
  std::vector<std::string> sets;
  std::string mode;  // empty: sim, or live with a target
  std::string seed;
  std::string profile = "hardened";
  std::string target;          // URL
  std::string target_command;  // words, as a shell would split them
  std::string dialect;         // empty: the scenario's
  std::string pacing = "timer";
  std::string out = "shakedown-out";
  double time_scale = 1.0;
  std::uint16_t fakes_port = 0;
  std::string segment;       // i/n or auto; empty: the whole run
  std::string start_at;      // live; empty: as soon as the target is ready
  bool no_calibration = false;
  std::string trail;         // of a fresh process, for the one that checks determinism
  std::string trail_events;  // FROM:TO
  bool check_determinism = false;
  bool stop_early = false;
  int seeds = 0;  // 0: one run, as the scenario or --seed says
  int jobs = 1;
  std::string ui;  // HOST:PORT; empty: no live view
  bool quiet = false;
  bool json = false;
};

// `command` must outlive the parsing of `app`.
void add_run_options(CLI::App& app, RunCommand& command);

RunOptions options_of(const RunCommand& command);

// Puts the target that the command line names in place of the scenario's, whose other keys stay.
void take_target(const RunCommand& command, Scenario& scenario);

// Throws for options that contradict one another or name what does not exist.
void check_usage(const RunCommand& command, const RunOptions& options);

// Throws when --start-at is past, too far ahead, or for more than one scenario.
void check_start(const RunCommand& command, const RunOptions& options, std::size_t scenarios);

// Throws for options that would have no effect in any of the runs. A scenario with a target runs
// live too.
void check_live_options(const RunCommand& command, const RunOptions& options,
                        const std::vector<Scenario>& scenarios);

// The command that runs this again, whatever the defaults of then.
std::string reproduce_command(const RunCommand& command, const Scenario& scenario, Mode mode,
                              std::uint64_t seed);

std::uint64_t seed_option(const std::string& text);

}  // namespace harness
