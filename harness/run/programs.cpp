#include "harness/run/programs.hpp"

namespace harness {

using world::SimScript;

SimScript script_of(const Program& program) {
  SimScript script;
  world::Nanos before{0};
  for (ProgramLine& line : lines_of(program)) {
    script.steps.push_back({line.at - before, line.text + "\n"});
    before = line.at;
  }
  script.end_after = program.runs - before;
  script.exit.code = static_cast<int>(program.exit);
  if (program.ignores_term) script.on_terminate = SimScript::OnTerminate::ignores;
  return script;
}

void install_programs(world::SimProcesses& processes, const Programs& programs) {
  for (const auto& [name, program] : programs) processes.install(name, script_of(program));
}

world::Result<std::unique_ptr<world::Child>> PlayedProcesses::start(world::Command command) {
  std::string name = std::move(command.argv.front());
  command.argv = player_;
  command.argv.push_back(std::move(name));
  return processes_.start(std::move(command));
}

}  // namespace harness
