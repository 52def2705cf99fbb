// The verdicts of several scenarios in one table, for a person at a terminal: at most 80 columns,
// one row a scenario with its first reason. Pure; any thread.
#pragma once

#include <span>
#include <string>

#include "reports/run_record.hpp"

namespace reports {

struct SuiteRow {
  std::string scenario;
  Verdict verdict = Verdict::invalid;
  std::uint64_t requests = 0;  // sent
  std::string reason;          // the first; may be empty
  bool stopped_early = false;  // with many seeds: any of them
};

std::string suite_text(std::span<const SuiteRow> rows, bool colour);

}  // namespace reports
