// measurements.json: Measurements written down, exact to the nanosecond and the single count, a
// line for each part. Equal simulated runs give equal bytes. Pure; any thread.
#pragma once

#include "reports/measurements.hpp"
#include "reports/writers.hpp"

namespace reports {

std::string measurements_text(const Measurements& measured);

// The same of RunRecord::measurements; nothing at all when the record has none.
void write_measurements_json(const RunRecord& run, const Environment& environment,
                             const Sink& sink);

}  // namespace reports
