// report.html: the page of one run. Pure; any thread.
#pragma once

#include "reports/writers.hpp"

namespace reports {

void write_report_html(const RunRecord& run, const Environment& environment, const Sink& sink);

}  // namespace reports
