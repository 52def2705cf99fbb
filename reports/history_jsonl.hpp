// history.jsonl: one line per operation, in the order in which they ended. Streamed, so that memory
// does not grow with the run. Pure; any thread.
#pragma once

#include <string>

#include "reports/operation.hpp"
#include "reports/recorder.hpp"

namespace reports {

// Appends one line with its newline. Instants are seconds of scenario time; null: never.
void append_history_line(std::string& out, const Operation& op, const Layout& layout);

}  // namespace reports
