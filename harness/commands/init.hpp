// The command `init`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_init(CLI::App& command, int& exit_code);
}
