// The command `manual`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_manual(CLI::App& command, int& exit_code);
}
