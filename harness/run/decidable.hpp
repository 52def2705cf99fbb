// Can the planned requests decide each objective at all? 200 requests can never show a p99: better
// known before the run than after it. Counts are exact for open loops; for closed loops, whose
// number of requests the target decides, nothing is claimed. Pure; any thread.
#pragma once

#include <optional>
#include <vector>

#include "harness/run/prepared.hpp"
#include "harness/scenario/errors.hpp"

namespace harness {

// The requests that the plan has for an objective: in its phase and class, and streamed if it is
// about streams; with windows those of the poorest.
struct PlannedFor {
  std::optional<std::uint64_t> requests;  // nothing: closed loops, or gaps of streams
  Stretch stretch;                        // that they are planned in: the objective's or the window
};
PlannedFor planned_for(const Prepared& prepared, const Slo& slo);

// One error, with its place, for each objective that can never PASS.
std::vector<ScenarioError> undecidable(const Prepared& prepared);

}  // namespace harness
