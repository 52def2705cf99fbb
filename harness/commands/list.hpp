// The command `list`; see command.hpp.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace harness {
// What can be listed.
std::vector<std::string> list_kinds();

void add_list(CLI::App& command, int& exit_code);
}
