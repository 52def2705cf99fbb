// The two ways to run a prepared scenario; run_scenario() chooses by the options' mode.
#pragma once

#include "harness/run/run.hpp"

namespace harness {

RunResult run_sim(const Prepared& prepared, const RunOptions& options, const RunHooks& hooks);
RunResult run_live(const Prepared& prepared, const RunOptions& options, const RunHooks& hooks);

}  // namespace harness
