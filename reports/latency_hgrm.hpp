// latency.hgrm: the percentile distribution of all responses as HdrHistogram prints it, in
// milliseconds, for its plotters. Pure; any thread.
#pragma once

#include "reports/writers.hpp"

namespace reports {

void write_latency_hgrm(const RunRecord& run, const Environment& environment, const Sink& sink);

}  // namespace reports
