// `shakedown merge`: one result out of the segments of one run.
#pragma once

namespace CLI {
class App;
}

namespace harness {
void add_merge(CLI::App& command, int& exit_code);
}
