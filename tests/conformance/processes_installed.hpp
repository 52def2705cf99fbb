// The programs of the process tests: for the simulated machine as scripts, for the real one as
// commands that do the same. One table, so that neither can drift.
#pragma once

#include "arena.hpp"
#include "world/sim_processes.hpp"

namespace conformance {

struct Program {
  const char* name;
  std::vector<std::string> argv;  // on the real machine
  SimScript script;
};

const std::vector<Program>& programs();
void install_programs(SimProcesses& processes);
Command command_for(const Arena& arena, const std::string& name);

}  // namespace conformance
