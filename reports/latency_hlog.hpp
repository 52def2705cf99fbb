// latency.hlog: an HdrHistogram interval log (version 1.3) of responses, one line per interval
// and class, the class as Tag; HdrHistogram's own tools read it. Pure; any thread.
#pragma once

#include "reports/writers.hpp"

namespace reports {

void write_latency_hlog(const RunRecord& run, const Environment& environment, const Sink& sink);

}  // namespace reports
