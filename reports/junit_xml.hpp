// junit.xml: one test case per SLO, per invariant and per validity rule, for CI systems. Pure;
// any thread.
#pragma once

#include "reports/writers.hpp"

namespace reports {

void write_junit_xml(const RunRecord& run, const Environment& environment, const Sink& sink);

}  // namespace reports
