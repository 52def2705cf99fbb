// The files of a run directory: one row each. Every writer is a pure function of the recorded run
// and gives its text to a sink; who holds the sink owns the file.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "reports/run_record.hpp"

namespace reports {

using Sink = std::function<void(std::string_view)>;

struct Writer {
  std::string_view file;
  std::string_view doc;
  // Null: a log, appended to line by line during the run (history_jsonl.hpp, events_jsonl.hpp).
  void (*write)(const RunRecord&, const Environment&, const Sink&);
  bool tells_environment = false;  // so that it may differ between two equal runs
};

inline constexpr std::string_view kReportFile = "report.html";

std::span<const Writer> writers();  // kWriters, in writers.cpp

}  // namespace reports
