// One run of one prepared scenario, in virtual time or live, from the first request to the verdict.
// The same users, fakes, agent core and oracles run in both; only the world differs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/prepared.hpp"
#include "reports/lanes.hpp"
#include "reports/run_record.hpp"
#include "reports/writers.hpp"
#include "world/real_clock.hpp"
#include "world/sim_clock.hpp"

namespace harness {

enum class Mode : std::uint8_t { sim, live };

struct RunOptions {
  Mode mode = Mode::sim;
  std::string profile = "legacy";    // as Config is by default
  double time_scale = 1.0;           // live: scenario seconds per wall second
  world::Pacing pacing = world::Pacing::timer;
  bool calibrate = true;             // live: measure the generator alone before the run
  world::Nanos fakes_slack{0};       // live: RealClockOptions::slack of the fakes; tests make them
                                     // late with it
  std::uint16_t fakes_port = 0;      // live: the first backend's port, others follow; 0: any
  std::string agent_program;         // live: this very program, which serves the bundled core
  std::vector<std::string> sets;     // --set, handed on to the agent's process
  bool stop_early = false;           // end as soon as the objectives are decided
  std::string reproduce;             // the command that runs this again
  reports::Segment segment;          // of the run, when it is shared between processes
  std::int64_t start_unix_nanos = 0;  // live: scenario time 0 on the wall clock; 0: when ready
};

// How far a run is, for whoever shows it. What it points to is the run's own: to be read while the
// hook is called, and no longer.
struct Progress {
  world::Instant now{};
  world::Instant end{};
  std::uint64_t ended = 0;
  std::uint64_t failed = 0;
  const reports::Recorder* recorder = nullptr;
  const reports::Lanes* lanes = nullptr;
};

struct RunHooks {
  reports::Sink history;                          // lines of history.jsonl
  reports::Sink events;                           // lines of events.jsonl
  std::function<bool()> interrupted;              // asked now and then; true ends the run
  std::function<void(const Progress&)> progress;  // told now and then
  world::SimClock::Trace trace;                   // sim: every event (for finding a divergence)
};

struct RunResult {
  reports::RunRecord record;
  std::vector<std::uint64_t> checkpoints;  // sim
  std::uint64_t events = 0;                // sim
  std::int64_t cpu_nanos = 0;              // live: of the clients' thread, while it sent
};

// Throws TargetError when a live target does not start or dies; the run is then INVALID.
RunResult run_scenario(const Prepared& prepared, const RunOptions& options, const RunHooks& hooks);

struct TargetError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace harness
