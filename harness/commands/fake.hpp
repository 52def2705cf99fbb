// The command `fake`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_fake(CLI::App& command, int& exit_code);
}
