// From what was recorded to the verdict: objectives, validity and invariants become one RunRecord.
// A pure function of its inputs; both modes end here.
#pragma once

#include <optional>

#include "harness/run/early_stop.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"
#include "harness/verdict/validity.hpp"

namespace harness {

struct Observed {
  const reports::Recorder& recorder;
  std::vector<reports::InvariantResult> invariants;
  std::vector<reports::FaultResult> faults;
  bool interrupted = false;
  std::uint64_t digest = 0;
  std::optional<std::uint32_t> own_cpu_ppm;  // live: the busiest thread of the generator
  std::vector<reports::ValidityResult> more_validity;  // of the mode: the target's process
  EarlyStop* early = nullptr;  // --stop-early
};

reports::RunRecord judge(const Prepared& prepared, const RunOptions& options,
                         const Observed& recorded);

// The record of a run whose target or fakes never started: INVALID, for the reason given.
reports::RunRecord never_started(const Prepared& prepared, const RunOptions& options,
                                 const std::string& reason);

}  // namespace harness
