// The command `list`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_list(CLI::App& command, int& exit_code);
}
