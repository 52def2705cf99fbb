// The command `run`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_run(CLI::App& command, int& exit_code);
}
