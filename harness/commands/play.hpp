// `shakedown play`: plays a program of a scenario: waits, prints, exits. A live run starts it where
// the agent runs a command, so that the same scenario has the same commands in both worlds.
#pragma once

namespace CLI {
class App;
}

namespace harness {

void add_play(CLI::App& command, int& exit_code);

}  // namespace harness
