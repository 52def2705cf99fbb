// summary.md: the verdict for a pull request, in GitHub's Markdown. Pure; any thread.
#pragma once

#include "reports/writers.hpp"

namespace reports {

void write_summary_md(const RunRecord& run, const Environment& environment, const Sink& sink);

}  // namespace reports
