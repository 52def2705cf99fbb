// The command `agent`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_agent(CLI::App& command, int& exit_code);
}
