// The verdict for a person at a terminal: at most 80 columns (witnesses and reasons wrap), verdict
// first, then what it rests on. Text from targets is shown with control characters escaped, so no
// answer can move the cursor or forge a line. Pure; any thread.
#pragma once

#include <string>

#include "reports/run_record.hpp"

namespace reports {

struct ConsoleOptions {
  bool colour = false;
  bool quiet = false;  // the verdict, its reasons and the command that reproduces it
};

std::string console_text(const RunRecord& run, const ConsoleOptions& options = {});

}  // namespace reports
