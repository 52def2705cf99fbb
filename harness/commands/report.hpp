// The command `report`; see command.hpp.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_report(CLI::App& command, int& exit_code);
}
