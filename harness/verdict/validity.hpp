// Does the run say anything about the target? A choked generator, a fault that never fired, a clock
// that was set or a baseline that was already broken make it INVALID, and each rule tells what it
// measured against what limit. A rule may also only warn: it holds, and the report says it. One row
// per rule in kValidityRules. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "harness/verdict/slo.hpp"
#include "reports/recorder.hpp"
#include "reports/run_record.hpp"

namespace harness {

struct ValidityLimits {
  std::uint32_t dropped_max_ppm = 0;            // of planned requests
  std::uint32_t lateness_share_ppm = 10'000;    // of the tightest latency bound: 1 %
  world::Nanos lateness_floor{5'000'000};       // up to 5 ms of wall time is always accepted
  world::Nanos fakes_late_max{100'000'000};     // of wall time; the fakes' own writes
  std::uint32_t fakes_late_share_ppm = 100'000; // but of the tightest latency bound: 10 %
  std::uint32_t baseline_errors_max_ppm = 50'000;
  std::uint32_t own_cpu_max_ppm = 900'000;      // of one core, for the busiest generator thread
  std::uint32_t capacity_share_ppm = 900'000;   // of what closed loops can do at most
  std::uint32_t failed_warn_ppm = 500'000;      // of the requests, when nothing judges failures
  // Of wall time:
  world::Nanos wall_jump_max{500'000'000};      // the wall clock against the steady one
  world::Nanos suspended_max{100'000'000};
  world::Nanos loop_stall_max{1'000'000'000};   // the generator's loop stood still
};

// The generator alone, against a target that answers at once (see harness/run/calibration.hpp).
// Times are scenario time, like the bounds.
struct CalibrationFacts {
  bool left_out = false;              // --no-calibration; nothing below was measured then
  std::uint64_t planned = 0;          // the busiest second of the plan: its integral
  std::uint64_t sent_in_time = 0;     // of these, before that second was over
  std::uint64_t late = 0;             // of these, later than `lateness_limit`
  world::Nanos lateness_p99{0};
  world::Nanos lateness_limit{0};
  std::optional<double> capacity;     // closed loops: requests per second of wall time
};

// The machine's clocks and the generator's loop while the run went on, in wall time.
struct ClockFacts {
  world::Nanos watched{0};
  world::Nanos wall_jump{0};   // largest step between two looks, wall against steady clock
  world::Nanos wall_drift{0};  // largest distance since the first look
  world::Nanos suspended{0};   // the machine slept for so long
  world::Nanos loop_stall{0};  // largest delay of a task that asked to be woken
};

// Open descriptors: what was needed at most, by a count of open requests, and what is allowed.
struct DescriptorFacts {
  std::uint64_t limit = 0;
  std::uint64_t needed = 0;     // by this process, or by the agent's when that needs more
  std::uint64_t could_need = 0; // if the target never answered: the plan's own bound
};

// What the fakes handed to the network when it was due, and how much later than that it left.
// Scenario time.
struct FakeLateness {
  std::uint64_t writes = 0;
  std::uint64_t late = 0;  // of these, later than `limit`, but for a sixteenth of it
  world::Nanos p99{0};
  world::Nanos most{0};
  world::Nanos limit{0};
};

struct ValidityFacts {
  bool live = false;
  bool interrupted = false;
  reports::Counts counts;                       // as Recorder::counts() gives them
  std::optional<reports::Counts> baseline;      // of the phase named "baseline"
  world::Nanos lateness_p99{0};                 // scenario time, like the bounds
  double time_scale = 1;                        // scenario time per wall time
  std::optional<world::Nanos> tightest_bound;   // of the latency objectives
  std::uint64_t overflow = 0;                   // durations beyond the histograms
  std::uint64_t no_room = 0;                    // sent, but without a descriptor or port to be had
  bool failures_judged = true;                  // some objective counts failed requests
  double closed_rate = 0;                       // requests of closed loops per second of wall time
  std::vector<reports::FaultResult> faults;
  // Nothing: not measured.
  std::optional<std::uint32_t> own_cpu_ppm;
  std::optional<CalibrationFacts> calibration;
  std::optional<ClockFacts> clocks;
  std::optional<DescriptorFacts> descriptors;
  std::optional<FakeLateness> fakes;
};

struct ValidityRule {
  std::string_view name;
  std::string_view doc;
  reports::ValidityResult (*check)(const ValidityFacts&, const ValidityLimits&);
  bool live_only;
};
std::span<const ValidityRule> validity_rules();

// Whether some objective fails when most requests do.
bool judges_failures(std::span<const Slo> slos);

// The facts that the recorder knows; the caller adds what it alone knows (CPU, faults, bounds).
ValidityFacts facts_of(const reports::Recorder& recorder, bool live);

// The lateness of requests that is accepted, in scenario time.
world::Nanos lateness_limit(std::optional<world::Nanos> tightest_bound, double time_scale,
                            const ValidityLimits& limits = {});

// The lateness of the fakes' own writes that is accepted, in scenario time: the limits' wall time,
// or the share of the tightest bound if that is less, but never less than is accepted of requests.
world::Nanos fake_lateness_limit(std::optional<world::Nanos> tightest_bound, double time_scale,
                                 const ValidityLimits& limits = {});

// One result per rule that applies, in the order of the table.
std::vector<reports::ValidityResult> check_validity(const ValidityFacts& facts,
                                                    const ValidityLimits& limits = {});

// The generator alone could not carry out the plan; the rule's result when so.
std::optional<reports::ValidityResult> generator_too_slow(const CalibrationFacts& calibration);

}  // namespace harness
