// The command `compare`; see command.hpp. What it prints is in compare_text.cpp.
#pragma once

#include <span>
#include <string>

#include "harness/commands/compare_judge.hpp"

namespace CLI {
class App;
}

namespace harness {

void add_compare(CLI::App& command, int& exit_code);

// A table of at most 80 columns.
std::string comparison_text(const Comparison& comparison, bool colour);

// {"schema": "shakedown/comparison/1", ...}
std::string comparisons_json(std::span<const Comparison> comparisons, double delta);

// One line for each run and metric: "commit,side,scenario,run,seed,metric,value,direction", for
// tools that look for change points in a history of such files.
std::string comparison_csv_head();
std::string comparison_csv(std::string_view commit, std::string_view side,
                           std::span<const FinishedRun> runs,
                           std::span<const ComparedMetric> metrics);

}  // namespace harness
