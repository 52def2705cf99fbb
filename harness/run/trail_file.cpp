#include "harness/run/trail_file.hpp"

#include <fmt/format.h>

#include <fstream>

namespace harness {

world::SimClock::Trace trace_into(EventLines& lines, std::uint64_t from, std::uint64_t to) {
  return [&lines, from, to](std::uint64_t number, world::Instant at, std::uint64_t mark,
                            std::uint64_t digest) {
    if (number < from || number > to) return;
    lines.push_back(fmt::format("{} at {} ns, mark {}, digest {:016x}", number,
                                world::since_start(at).count(), mark, digest));
  };
}

void write_trail(const std::string& file, const RunResult& result, const EventLines& lines) {
  std::ofstream out(file, std::ios::trunc);
  out << "events " << result.events << "\n";
  out << fmt::format("digest {:016x}\n", result.record.digest);
  for (const std::uint64_t digest : result.checkpoints) {
    out << fmt::format("checkpoint {:016x}\n", digest);
  }
  for (const std::string& line : lines) out << "event " << line << "\n";
  out.flush();
  if (!out) throw std::runtime_error(file + ": the trail could not be written");
}

Trail read_trail(const std::string& file, EventLines* lines) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file + ": there is no trail");
  Trail trail;
  for (std::string line; std::getline(in, line);) {
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) throw std::runtime_error(file + ": broken line: " + line);
    const std::string key = line.substr(0, space);
    const std::string value = line.substr(space + 1);
    if (key == "events") trail.events = std::stoull(value);
    if (key == "digest") trail.digest = std::stoull(value, nullptr, 16);
    if (key == "checkpoint") trail.checkpoints.push_back(std::stoull(value, nullptr, 16));
    if (key == "event" && lines != nullptr) lines->push_back(value);
  }
  return trail;
}

}  // namespace harness
