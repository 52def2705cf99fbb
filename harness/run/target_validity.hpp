// What a run of a target of the user's own is worth: a target that never answered as its dialect
// says was not measured, whatever the objectives are. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "harness/client/target_watch.hpp"
#include "harness/run/prepared.hpp"
#include "reports/run_record.hpp"

namespace harness {

struct TargetAnswers {
  std::uint64_t ended = 0;
  std::uint64_t answered = 0;
  std::uint64_t strange = 0;
  std::string trouble;  // the first strange one
};
TargetAnswers answers_of(const TargetWatch& watch);

// When the first thing is broken on purpose; kNever: nothing is.
world::Instant first_fault_of(const Scenario& scenario);

// The reason of a run that ended because nothing was understood.
std::string not_understood(const TargetWatch& watch);

// Does not hold when no request was answered well, and either one answer was not understood or no
// objective counts failures. An interrupted run has its own verdict.
reports::ValidityResult target_answered(const TargetAnswers& answers, const Prepared& prepared,
                                        bool interrupted);

}  // namespace harness
