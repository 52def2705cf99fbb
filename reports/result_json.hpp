// result.json: the whole result, schema shakedown/result/1. Keys are ordered and doubles rounded
// to a fixed number of digits: equal runs give equal bytes. Pure; any thread.
#pragma once

#include "reports/writers.hpp"

namespace reports {

void write_result_json(const RunRecord& run, const Environment& environment, const Sink& sink);

}  // namespace reports
