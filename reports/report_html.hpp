// report.html: the page of one run. Pure; any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reports/writers.hpp"

namespace reports {

void write_report_html(const RunRecord& run, const Environment& environment, const Sink& sink);

// With environment.json as it was written.
void write_report_html(const RunRecord& run, nlohmann::ordered_json environment, const Sink& sink);

}  // namespace reports
