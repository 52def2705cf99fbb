// `shakedown selftest`: every oracle must catch the defect planted for it, and nothing else.
#pragma once

namespace CLI {
class App;
}

namespace harness {

void add_selftest(CLI::App& command, int& exit_code);

}  // namespace harness
