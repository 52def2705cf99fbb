// The percentile steps of HdrHistogram's own report: in each half of the distance to 100 % the same
// number of steps, ending with 100 % itself (PercentileIterator of HdrHistogram 2.1, Java). Pure;
// any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/histogram.hpp"

namespace reports {

struct PercentileStep {
  double percentile = 0;    // 0..100
  std::int64_t value = 0;   // ns, the top of its counter
  std::uint64_t count = 0;  // of values up to it
};

// Empty for an empty histogram.
std::vector<PercentileStep> percentile_steps(const Histogram& histogram, int per_half = 5);

}  // namespace reports
