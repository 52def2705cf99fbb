// The commands of the binary, one file and one row of kCommands each. A command adds its options to
// its CLI11 subcommand and leaves what it returns in `exit_code`.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace harness {

struct Command {
  std::string_view name;
  std::string_view doc;
  std::string_view example;
  void (*add)(CLI::App& command, int& exit_code);
  bool hidden = false;  // from help, pages and completion
};
std::span<const Command> commands();

// The whole command line, ready to parse. What a command returns is left in `exit_code`, which must
// live as long.
std::shared_ptr<CLI::App> command_line(int& exit_code);

// Parses the command line and runs the command. Returns the process's exit code.
int run_command_line(int argc, const char* const* argv);

// Where the product's own scenario files are: beside the binary's build or install tree, or the
// environment's SHAKEDOWN_SCENARIOS. Empty when there are none.
std::string scenarios_directory();

// The path of this very program; empty when the system does not say.
std::string own_program();

// Every scenario file that the arguments name: files as they are, directories searched for *.yaml;
// a bare name that is neither is that of a bundled scenario.
// Throws ScenarioErrors for what does not exist or holds none.
std::vector<std::string> scenario_files(const std::vector<std::string>& arguments);

}  // namespace harness
