#include "harness/run/run.hpp"

#include "harness/run/modes.hpp"
#include "world/ensure.hpp"

namespace harness {

RunResult run_scenario(const Prepared& prepared, const RunOptions& options,
                       const RunHooks& hooks) {
  world::set_reproduce_note(options.reproduce);
  return options.mode == Mode::sim ? run_sim(prepared, options, hooks)
                                   : run_live(prepared, options, hooks);
}

}  // namespace harness
