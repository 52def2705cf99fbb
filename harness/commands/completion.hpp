// The command `completion`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_completion(CLI::App& command, int& exit_code);
}
