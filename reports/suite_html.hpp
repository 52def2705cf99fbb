// index.html of a folder with several runs: a row for each, linked, and the matrix of scenarios and
// profiles. Pure; any thread.
#pragma once

#include <span>
#include <string>

#include "reports/writers.hpp"

namespace reports {

inline constexpr std::string_view kSuiteFile = "index.html";

// What the suite page shows of one run.
struct SuiteEntry {
  std::string scenario, about, profile, mode, sut, segment;
  std::uint64_t seed = 0;
  Verdict verdict = Verdict::invalid;
  std::vector<std::string> reasons;
  Nanos duration{0};
  std::uint64_t requests = 0;  // sent
  std::uint64_t failed = 0;
  std::optional<double> error_rate;
  Nanos p95{0};  // of responses; when there are any
  bool interrupted = false;
  std::array<std::uint64_t, kVerdicts> slos{}, invariants{};  // by Verdict
  std::uint64_t faults_fired = 0;
  std::string reproduce;
  std::string href;  // of its report, relative to the page
};

SuiteEntry suite_entry(const RunRecord& run, std::string href);

// `title`: the folder, as the user named it. `version` is that of shakedown.
void write_suite_html(std::string_view title, std::string_view version,
                      std::span<const SuiteEntry> entries, const Sink& sink);

}  // namespace reports
