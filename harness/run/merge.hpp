// Merge: the measurements of one run out of those of its segments. Counts and histograms add. In
// sim the sum is exactly what the unsegmented run measures, for each segment simulated the same
// world; in live each segment's own validity is kept, and invariants add up. Pure; any thread.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "reports/measurements.hpp"

namespace harness {

struct SegmentPart {
  std::string name;  // of its folder, for messages
  std::shared_ptr<const reports::Measurements> measured;  // never null
};

// The parts are not the segments of one run: every reason, a line each (exit 3).
struct MergeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A segment that is not there is named in Measurements::missing, and the judge calls the result
// INVALID; whatever else is wrong throws MergeError. At least one part.
reports::Measurements merged(const std::vector<SegmentPart>& parts);

}  // namespace harness
