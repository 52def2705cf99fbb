// The command `version`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_version(CLI::App& command, int& exit_code);
}
