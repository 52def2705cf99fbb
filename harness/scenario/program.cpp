#include "harness/scenario/program.hpp"

#include <algorithm>

#include "harness/scenario/sections.hpp"

namespace harness {

std::string problem_of(const Program& program) {
  world::Nanos before{0};
  for (const ProgramLine& line : program.prints) {
    if (line.at > program.runs) return "prints a line after its end";
    if (line.at < before) return "prints lines that are not in order of time";
    before = line.at;
  }
  const world::Nanos every = program.progress_every;
  if (every > world::Nanos{0} && program.runs / every > Program::kLinesMax) {
    return "says how far it is more than " + std::to_string(Program::kLinesMax) + " times";
  }
  return {};
}

std::vector<ProgramLine> lines_of(const Program& program) {
  std::vector<ProgramLine> lines = program.prints;
  const world::Nanos every = program.progress_every;
  if (every > world::Nanos{0}) {
    for (world::Nanos at = every; at < program.runs; at += every) {
      const std::int64_t percent = at.count() * 100 / program.runs.count();
      lines.push_back({at, std::to_string(percent) + "%"});
    }
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const ProgramLine& a, const ProgramLine& b) { return a.at < b.at; });
  return lines;
}

void read_programs(const YamlNode* node, Loading& loading) {
  if (node == nullptr) return;
  constexpr std::size_t kProgramsMax = 100;
  if (!node->is_map() || node->entries.size() > kProgramsMax) {
    refuse_kind(loading.errors, *node, Slot{"programs"},
                "a map of at most " + std::to_string(kProgramsMax) +
                    " programs, such as `{build: {runs: 600s}}`");
    return;
  }
  for (const YamlEntry& entry : node->entries) {
    if (!check_name(loading, entry.place, "program", entry.key)) continue;
    Program& program = loading.scenario.programs[entry.key];
    const std::string path = "programs." + entry.key;
    if (!read_value(loading.errors, entry.value, Slot{path}, program)) continue;
    const std::string problem = problem_of(program);
    if (!problem.empty()) loading.errors.add(entry.value.place, "`" + path + "` " + problem);
  }
}

}  // namespace harness
