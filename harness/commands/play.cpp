#include "harness/commands/play.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "harness/scenario/loader.hpp"
#include "world/interrupt.hpp"
#include "world/processes.hpp"
#include "world/real_clock.hpp"

namespace harness {

namespace {

struct PlayCommand {
  std::string config;
  std::string program;
  std::vector<std::string> sets;
  double time_scale = 1.0;
};

world::Task<void> play(world::RealClock& clock, const Program& program) {
  for (const ProgramLine& line : lines_of(program)) {
    co_await clock.sleep_until(world::at(line.at));
    std::printf("%s\n", line.text.c_str());
    std::fflush(stdout);
  }
  co_await clock.sleep_until(world::at(program.runs));
}

int play_command(const PlayCommand& command) {
  world::RealClockOptions options;
  options.scale = command.time_scale;
  options.origin = world::RealClock::steady_now();  // reading the file is part of its time
  LoadOptions load;
  load.sets = command.sets;
  const Scenario scenario = load_scenario(command.config, load);
  const auto found = scenario.programs.find(command.program);
  if (found == scenario.programs.end()) {
    const std::string line = world::cannot_run_line(command.program, world::kNotFound);
    std::fputs(line.c_str(), stdout);
    return world::kNotFound;
  }
  // Who catches the request to end and does not look at it goes on.
  if (found->second.ignores_term) world::catch_interrupts();
  world::RealClock clock(options);
  clock.run(play(clock, found->second));
  return static_cast<int>(found->second.exit);
}

}  // namespace

void add_play(CLI::App& command, int& exit_code) {
  auto o = std::make_shared<PlayCommand>();
  command.add_option("--config", o->config, "Scenario file that has the program.")
      ->type_name("FILE")
      ->required();
  command.add_option("--set", o->sets, "Override a value of the file.")->type_name("PATH=VALUE");
  command.add_option("--time-scale", o->time_scale, "Its seconds per second of the wall clock.")
      ->check(CLI::Range(0.001, 1000.0))
      ->type_name("X");
  command.add_option("program", o->program, "Name of the program.")
      ->type_name("PROGRAM")
      ->required();
  command.callback([o, &exit_code] { exit_code = play_command(*o); });
}

}  // namespace harness
