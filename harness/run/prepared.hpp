// Prepared: a scenario with everything resolved that can be before a run: objectives parsed,
// oracles known, histograms laid out, every request planned. What can be wrong is found here, not
// later.
#pragma once

#include <string>
#include <vector>

#include "harness/oracles/oracle.hpp"
#include "harness/plan/plan.hpp"
#include "harness/scenario/scenario.hpp"
#include "harness/verdict/slo.hpp"
#include "reports/recorder.hpp"

namespace harness {

struct Prepared {
  Scenario scenario;
  std::vector<Slo> slos;
  std::vector<OracleChoice> invariants;
  reports::Layout layout;
  Plan plan;
  std::uint64_t seed = 0;
  reports::Segment sends;  // whose requests there are; layout.segment says whose are recorded
};

// Throws ScenarioErrors with all faults found in the objectives and invariants; prepare() also for
// objectives that the planned requests can never decide (decidable.hpp).
Prepared lay_out(Scenario scenario, std::uint64_t seed);
Prepared prepare(Scenario scenario, std::uint64_t seed);

}  // namespace harness
