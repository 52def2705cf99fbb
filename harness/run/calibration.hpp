// The null-target calibration of a live run: before the run, the generator alone sends the busiest
// second of its own plan to a server in this process that answers at once. If it cannot hold that,
// whatever it would measure of the target would be about itself. Closed loops have no plan to hold:
// there, what the generator can do at most is measured, and the run's rate is held against it.
#pragma once

#include <vector>

#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"
#include "harness/verdict/validity.hpp"

namespace harness {

// The busiest stretch of such a length (scenario time) of a plan, as a plan of its own that begins
// at 0: the count of its requests is the integral of the arrival profile there.
std::vector<PlannedRequest> busiest(const std::vector<PlannedRequest>& requests,
                                    world::Nanos length);

// Requests that are open at once if the target never answers: what the plan makes due within one
// timeout, as far as the client has room, and all users of closed loops.
std::uint64_t in_flight_bound(const Prepared& prepared);

// What the closed loops made in a run, in requests per second of wall time: the sum of those that
// run at the same time, where it is largest. 0 without any.
double closed_rate(const Prepared& prepared, const reports::Recorder& recorder, double time_scale);

// Takes 0.5 % of the run's wall time, at least one second (or the whole run, when that is shorter)
// and at most three, and as much again up to twice when the generator was too slow, for one bad
// second of this host is not the generator's. On the calling thread, with a loop and a server of
// its own; throws TargetError when that cannot listen.
CalibrationFacts calibrate(const Prepared& prepared, const RunOptions& options);

}  // namespace harness
