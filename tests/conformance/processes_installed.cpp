#include "processes_installed.hpp"

#include <catch2/catch.hpp>

namespace conformance {

const std::vector<Program>& programs() {
  using On = SimScript::OnTerminate;
  using Steps = std::vector<SimStep>;
  const auto out = OutputOf::out;
  const auto err = OutputOf::err;
  static const std::vector<Program> table{
      {"hello", {"echo", "hello"}, {Steps{{0ns, "hello\n", out}}, true, 0ns, {}, On::dies, {}, {}}},
      {"fails", {"sh", "-c", "exit 3"}, {{}, true, 0ns, {3, 0}, On::dies, {}, {}}},
      {"both",
       {"sh", "-c", "echo to out; echo to err >&2"},
       {Steps{{0ns, "to out\n", out}, {0ns, "to err\n", err}}, true, 0ns, {}, On::dies, {}, {}}},
      {"never", {"sleep", "1000"}, {{}, false, 0ns, {}, On::dies, {}, {}}},
      {"deaf",
       {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1000; done"},
       {Steps{{0ns, "ready\n", out}}, false, 0ns, {}, On::ignores, {}, {}}},
      {"graceful",
       {"sh", "-c",
        "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 1000 & wait; done"},
       {Steps{{0ns, "ready\n", out}}, false, 0ns, {}, On::finishes, Steps{{0ns, "bye\n", out}},
        {7, 0}}},
      {"much",
       {"sh", "-c", "head -c 300000 /dev/zero | tr '\\0' z; echo done"},
       {Steps{{0ns, std::string(300'000, 'z') + "done\n", out}}, true, 0ns, {}, On::dies, {}, {}}},
      {"ticks",
       {"sh", "-c", "for i in 1 2 3; do echo $i; sleep 0.01; done"},
       {Steps{{0ns, "1\n", out}, {10ms, "2\n", out}, {10ms, "3\n", out}}, true, 10ms, {}, On::dies,
        {}, {}}},
      {"suicide", {"sh", "-c", "kill -9 $$"}, {{}, true, 0ns, {0, 9}, On::dies, {}, {}}},
  };
  return table;
}

void install_programs(SimProcesses& processes) {
  for (const Program& program : programs()) processes.install(program.name, program.script);
}

Command command_for(const Arena& arena, const std::string& name) {
  Command command;
  command.argv = {name};
  for (const Program& program : programs()) {
    if (!arena.is_sim && name == program.name) command.argv = program.argv;
  }
  return command;
}

}  // namespace conformance
