// From what was recorded to the verdict: objectives, validity and invariants become one RunRecord.
// A pure function of the Measurements, which the run, the report and the merge of segments make or
// read: the same measurements give the same result, byte for byte.
#pragma once

#include <memory>
#include <optional>

#include "harness/run/early_stop.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"
#include "harness/verdict/slo_facts.hpp"
#include "harness/verdict/validity.hpp"
#include "reports/measurements.hpp"

namespace harness {

struct Observed {
  const reports::Recorder& recorder;
  std::vector<reports::InvariantResult> invariants;
  std::vector<reports::FaultResult> faults;
  bool interrupted = false;
  std::uint64_t digest = 0;
  std::optional<std::uint32_t> own_cpu_ppm;  // live: the busiest thread of the generator
  std::vector<reports::ValidityResult> more_validity;  // of the mode: the target's process
  const reports::Lanes* lanes = nullptr;  // null: nothing happened
  LedgerFacts ledger = {};  // of clients, fakes and the agent, for the objectives on them
  // Live:
  std::optional<CalibrationFacts> calibration = {};
  std::optional<ClockFacts> clocks = {};
  std::optional<DescriptorFacts> descriptors = {};
  std::optional<FakeLateness> fakes = {};
  EarlyStop* early = nullptr;  // --stop-early
  std::string target_failed = {};  // why there is nothing to judge, be there data; empty: there is
};

// Everything that the verdict needs to know of a run, on its own. A number that a new rule of
// validity judges is one of Measurements::facts, by its name.
reports::Measurements measurements_of(const Prepared& prepared, const RunOptions& options,
                                      const Observed& observed);

// What the objectives, as they are written, make a recorder count (for read_measurements).
void add_thresholds(const std::vector<std::string>& objectives, reports::Layout& layout);

reports::RunRecord judge(std::shared_ptr<const reports::Measurements> measured);
reports::RunRecord judge(const Prepared& prepared, const RunOptions& options,
                         const Observed& observed);

// The record of a run whose target or fakes never started: INVALID, for the reason given.
reports::RunRecord never_started(const Prepared& prepared, const RunOptions& options,
                                 const std::string& reason);

}  // namespace harness
