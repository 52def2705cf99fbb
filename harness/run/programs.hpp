// The programs of a scenario, where the agent's commands are run: scripts of the simulated machine,
// or children of the real one that play the same. Both print the lines of lines_of() at the same
// instants of scenario time.
#pragma once

#include <string>
#include <vector>

#include "harness/scenario/program.hpp"
#include "world/sim_processes.hpp"

namespace harness {

world::SimScript script_of(const Program& program);
void install_programs(world::SimProcesses& processes, const Programs& programs);

// Starts `player` (the words of `shakedown play ...`) and the name of the program, whatever else
// the command says: as in simulation there is nothing but the scenario's programs.
class PlayedProcesses final : public world::Processes {
 public:
  PlayedProcesses(world::Processes& processes, std::vector<std::string> player)
      : processes_(processes), player_(std::move(player)) {}

  world::Result<std::unique_ptr<world::Child>> start(world::Command command) override;

 private:
  world::Processes& processes_;
  const std::vector<std::string> player_;
};

}  // namespace harness
