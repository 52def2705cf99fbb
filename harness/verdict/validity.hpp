// Does the run say anything about the target? A choked generator, a fault that never fired or a
// baseline that was already broken make it INVALID, and each rule tells what it measured against
// what limit. One row per rule in kValidityRules. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "reports/recorder.hpp"
#include "reports/run_record.hpp"

namespace harness {

struct ValidityLimits {
  std::uint32_t dropped_max_ppm = 0;            // of planned requests
  std::uint32_t lateness_share_ppm = 10'000;    // of the tightest latency bound: 1 %
  world::Nanos lateness_floor{5'000'000};       // up to 5 ms of wall time is always accepted
  std::uint32_t baseline_errors_max_ppm = 50'000;
  std::uint32_t own_cpu_max_ppm = 900'000;      // of one core, for the busiest generator thread
};

struct ValidityFacts {
  bool live = false;
  reports::Counts counts;                       // as Recorder::counts() gives them
  std::optional<reports::Counts> baseline;      // of the phase named "baseline"
  world::Nanos lateness_p99{0};                 // scenario time, like the bounds
  double time_scale = 1;                        // scenario time per wall time
  std::optional<world::Nanos> tightest_bound;   // of the latency objectives
  std::uint64_t overflow = 0;                   // durations beyond the histograms
  std::optional<std::uint32_t> own_cpu_ppm;     // nothing: not measured (sim)
  std::vector<reports::FaultResult> faults;
};

struct ValidityRule {
  std::string_view name;
  std::string_view doc;
  reports::ValidityResult (*check)(const ValidityFacts&, const ValidityLimits&);
  bool live_only;
};
std::span<const ValidityRule> validity_rules();

// The facts that the recorder knows; the caller adds what it alone knows (CPU, faults, bounds).
ValidityFacts facts_of(const reports::Recorder& recorder, bool live);

// One result per rule that applies, in the order of the table.
std::vector<reports::ValidityResult> check_validity(const ValidityFacts& facts,
                                                    const ValidityLimits& limits = {});

}  // namespace harness
