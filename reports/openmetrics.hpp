// metrics.txt: the run in the OpenMetrics 1.0 text format, for a metrics store that keeps the runs
// of a project over time. Pure; any thread.
#pragma once

#include "reports/writers.hpp"

namespace reports {

void write_openmetrics(const RunRecord& run, const Environment& environment, const Sink& sink);

}  // namespace reports
