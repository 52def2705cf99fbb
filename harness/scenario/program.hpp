// Program: what the machine that the agent runs on has installed, for the agent's commands. The
// members are the YAML keys under `programs.NAME`. In sim it is a script in virtual time, in live a
// child process that waits and prints the same (`shakedown play`). Plain data; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "world/field.hpp"
#include "world/units.hpp"

namespace harness {

struct ProgramLine {
  world::Nanos at{0};  // since the start
  std::string text;

  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("at", &ProgramLine::at, "When, since its start.").required(),
        field("text", &ProgramLine::text, "The line, without its end.").required());
  }
  friend bool operator==(const ProgramLine&, const ProgramLine&) = default;
};

struct Program {
  world::Nanos runs = std::chrono::seconds(1);
  std::vector<ProgramLine> prints;
  world::Nanos progress_every{0};
  std::int64_t exit = 0;
  bool ignores_term = false;

  static constexpr std::int64_t kLinesMax = 10'000;  // of either kind
  static constexpr std::int64_t kRunsMax = 86'400'000'000'000;
  static constexpr auto fields() {
    using world::field;
    return std::tuple(
        field("runs", &Program::runs, "How long it runs.").between(0, kRunsMax),
        field("prints", &Program::prints, "What it prints, in order of time.")
            .between(0, kLinesMax),
        field("progress_every", &Program::progress_every,
              "How often it prints how much of its time has passed, as 40%; 0: never.")
            .between(0, kRunsMax),
        field("exit", &Program::exit, "The code that it exits with.").between(0, 255),
        field("ignores_term", &Program::ignores_term,
              "It does not listen when it is asked to end."));
  }
  friend bool operator==(const Program&, const Program&) = default;
};

using Programs = std::map<std::string, Program>;  // by name: the first word of a command

// What is wrong with it, as a sentence; empty: nothing.
std::string problem_of(const Program& program);

// All that it prints, in order of time.
std::vector<ProgramLine> lines_of(const Program& program);

}  // namespace harness
