// `shakedown contrast`: the same scenarios with several profiles, and one table of all verdicts.
#pragma once

namespace CLI {
class App;
}

namespace harness {

void add_contrast(CLI::App& command, int& exit_code);

}  // namespace harness
