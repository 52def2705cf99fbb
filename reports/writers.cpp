#include "reports/writers.hpp"

#include <array>

#include "reports/environment_json.hpp"
#include "reports/junit_xml.hpp"
#include "reports/latency_hgrm.hpp"
#include "reports/latency_hlog.hpp"
#include "reports/measurements_json.hpp"
#include "reports/openmetrics.hpp"
#include "reports/report_html.hpp"
#include "reports/result_json.hpp"
#include "reports/summary_md.hpp"

namespace reports {

constexpr std::array<Writer, 11> kWriters{{
    {"result.json", "the whole result, schema-versioned; equal runs give equal bytes",
     write_result_json},
    {"measurements.json", "what the verdict is made from, exactly; for report and merge",
     write_measurements_json},
    {"environment.json", "what may differ: host, build, wall-clock times, CPU use",
     write_environment_json,
     true},
    {"history.jsonl", "every operation: planned, sent, first and last event, outcome", nullptr},
    {"events.jsonl", "faults fired, restarts, violations, in scenario time", nullptr},
    {"latency.hlog", "HdrHistogram interval log (V2), tagged by class", write_latency_hlog},
    {"latency.hgrm", "percentile distribution of responses, in milliseconds", write_latency_hgrm},
    {"junit.xml", "a test case per objective, invariant and validity rule", write_junit_xml},
    {"summary.md", "the verdict for a pull request", write_summary_md},
    {"metrics.txt", "the run for a metrics store, in OpenMetrics text", write_openmetrics},
    {kReportFile, "the report for a person: one page without a network", write_report_html,
     true},
}};

std::span<const Writer> writers() { return kWriters; }

}  // namespace reports
