// The command `plan`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_plan(CLI::App& command, int& exit_code);
}
