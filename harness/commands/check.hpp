// The command `check`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_check(CLI::App& command, int& exit_code);
}
