// environment.json: what may differ between two equal runs (host, build, wall-clock times, CPU).
// Pure; any thread.
#pragma once

#include "reports/writers.hpp"

namespace reports {

void write_environment_json(const RunRecord& run, const Environment& environment, const Sink& sink);

}  // namespace reports
