#include "harness/run/determinism.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness/run/judge.hpp"
#include "harness/run/merge.hpp"
#include "harness/run/merge_logs.hpp"
#include "harness/run/segment.hpp"
#include "harness/run/trail_file.hpp"
#include "reports/measurements_json.hpp"
#include "reports/read_measurements.hpp"
#include "reports/result_json.hpp"
#include "world/real_processes.hpp"

namespace harness {

namespace {

std::string result_text(const reports::RunRecord& record) {
  std::string text;
  reports::write_result_json(record, {}, [&text](std::string_view part) { text += part; });
  return text;
}

Trail trail_of(const RunResult& result) {
  return {result.checkpoints, result.record.digest, result.events, result_text(result.record)};
}

Execution here(const DeterminismInput& input, std::string name, Trail trail) {
  Execution execution;
  execution.name = std::move(name);
  execution.trail = std::move(trail);
  execution.events = [&input](std::uint64_t from, std::uint64_t to) {
    EventLines lines;
    RunHooks hooks;
    hooks.trace = trace_into(lines, from, to);
    run_scenario(input.prepared, input.options, hooks);
    return lines;
  };
  return execution;
}

world::Task<void> wait_for(world::Clock& clock, world::Child& child, world::Exit& exit) {
  auto running = world::run_to_end(clock, child);
  exit = co_await running;
}

// The first file that the fresh run wrote otherwise than the first one did, and where; empty: none.
std::string other_file(const DeterminismInput& input, const std::string& fresh_folder) {
  if (!std::filesystem::exists(input.folder + "/result.json")) return {};
  for (const reports::Writer& writer : reports::writers()) {
    if (writer.tells_environment) continue;
    const std::string file(writer.file);
    const std::string difference =
        first_difference_of_files(input.folder + "/" + file, fresh_folder + "/" + file);
    if (!difference.empty()) return file + ", " + difference;
  }
  return {};
}

// Runs this program again on the same scenario; it writes its trail to a file.
Trail in_fresh_process(const DeterminismInput& input, std::uint64_t from, std::uint64_t to,
                       EventLines* lines, std::string* files) {
  const std::string folder = input.folder + "/fresh";
  const std::string file = folder + "/trail";
  world::RealClock clock;
  world::RealProcesses processes(clock);
  world::Command command;
  command.argv = {input.options.agent_program, "run", input.prepared.scenario.file, "--mode", "sim",
                  "--quiet", "--seed", std::to_string(input.prepared.seed), "--profile",
                  input.options.profile, "--out", folder, "--trail", file, "--trail-events",
                  fmt::format("{}:{}", from, to)};
  if (!input.options.segment.is_whole()) {
    command.argv.push_back("--segment");
    command.argv.push_back(input.options.segment.text());
  }
  if (input.options.stop_early) command.argv.emplace_back("--stop-early");
  for (const std::string& set : input.options.sets) {
    command.argv.push_back("--set");
    command.argv.push_back(set);
  }
  command.environment = {{"TZ", "Pacific/Chatham"}, {"LANG", "C"}, {"SHAKEDOWN_FRESH", "1"}};
  auto child = processes.start(std::move(command));
  if (!child) throw std::runtime_error("--check-determinism: a fresh process could not be started");
  world::Exit exit;
  clock.run(wait_for(clock, **child, exit));
  Trail trail = read_trail(file, lines);
  std::ifstream result(folder + "/" + input.prepared.scenario.name + "/result.json");
  std::stringstream text;
  text << result.rdbuf();
  trail.result = text.str();
  if (files != nullptr && !text.str().empty()) {
    *files = other_file(input, folder + "/" + input.prepared.scenario.name);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (exit.signal != 0 || trail.events == 0) {
    throw std::runtime_error("--check-determinism: the fresh process failed (" +
                             world::to_string(exit) + "): " + std::string((*child)->tail()));
  }
  return trail;
}

Execution fresh(const DeterminismInput& input, std::string& files) {
  Execution execution;
  execution.name = "a run in a fresh process";
  execution.trail = in_fresh_process(input, 0, 0, nullptr, &files);
  execution.events = [&input](std::uint64_t from, std::uint64_t to) {
    EventLines lines;
    in_fresh_process(input, from, to, &lines, nullptr);
    return lines;
  };
  return execution;
}

// The events between the last equal and the first different checkpoint.
std::pair<std::uint64_t, std::uint64_t> suspects(const Trail& one, const Trail& other) {
  const std::size_t n = std::min(one.checkpoints.size(), other.checkpoints.size());
  std::size_t i = 0;
  while (i < n && one.checkpoints[i] == other.checkpoints[i]) ++i;
  const std::uint64_t from = i * world::SimClock::kCheckpointEvery;
  return {from + 1, from + world::SimClock::kCheckpointEvery};
}

}  // namespace

std::string first_difference(const Execution& one, const Execution& other) {
  const Trail& a = one.trail;
  const Trail& b = other.trail;
  if (a.digest == b.digest && a.events == b.events && a.checkpoints == b.checkpoints) {
    if (a.result == b.result) return {};
    return fmt::format("{} and {} had the same {} events, but other bytes in result.json", one.name,
                       other.name, a.events);
  }
  const auto [from, to] = suspects(a, b);
  const EventLines x = one.events(from, to);
  const EventLines y = other.events(from, to);
  std::size_t i = 0;
  while (i < x.size() && i < y.size() && x[i] == y[i]) ++i;
  const auto line = [i = i](const EventLines& lines) {
    return i < lines.size() ? lines[i] : std::string("no event");
  };
  if (i == x.size() && i == y.size()) {
    return fmt::format("{} and {} differ, but not when they are traced (events {} to {})",
                       one.name, other.name, from, to);
  }
  return fmt::format("{} and {} differ first at event {}: `{}` against `{}`", one.name, other.name,
                     from + i, line(x), line(y));
}

namespace {

// Runs two segments, by way of their measurements.json, and merges them: how that differs from the
// first run. Empty: it does not.
std::string other_when_merged(const DeterminismInput& input) {
  std::vector<SegmentPart> parts;
  for (const std::uint32_t index : {1u, 2u}) {
    const reports::Segment segment{index, 2};
    Prepared prepared = input.prepared;
    take_segment(prepared, segment, Mode::sim);
    RunOptions options = input.options;
    options.segment = segment;
    const RunResult result = run_scenario(prepared, options, RunHooks{});
    const std::string text = reports::measurements_text(*result.record.measurements);
    parts.push_back({"segment " + segment.text(),
                     std::make_shared<const reports::Measurements>(
                         reports::read_measurements(text, add_thresholds))});
  }
  try {
    const auto whole = std::make_shared<const reports::Measurements>(merged(parts));
    std::istringstream one(result_text(input.first.record));
    std::istringstream other(result_text(judge(whole)));
    const std::string difference = first_difference_of(one, other);
    if (difference.empty()) return {};
    return "the first run and two segments of it, merged, differ in result.json, " + difference;
  } catch (const MergeError& error) {
    return std::string("two segments of the run cannot be merged: ") + error.what();
  }
}

}  // namespace

Divergence check_determinism(const DeterminismInput& input) {
  const Execution first = here(input, "the first run", trail_of(input.first));
  const RunResult again = run_scenario(input.prepared, input.options, RunHooks{});
  const Execution second = here(input, "a second run", trail_of(again));
  std::string difference = first_difference(first, second);
  std::string files;
  if (difference.empty()) difference = first_difference(first, fresh(input, files));
  if (difference.empty() && !files.empty()) {
    difference = "the first run and a run in a fresh process had the same events and result, but "
                 "other bytes in " + files;
  }
  // A run that may stop early cannot be made of segments: none of them knows when.
  const bool is_whole = input.options.segment.is_whole() && !input.options.stop_early;
  if (difference.empty() && is_whole) difference = other_when_merged(input);
  if (!difference.empty()) return {true, "nondeterminism found: " + difference};
  return {false, fmt::format("deterministic: 3 runs, one of them in a fresh process, had the same "
                             "{} events (digest {:016x}), the same result.json and the same "
                             "files{}",
                             first.trail.events, first.trail.digest,
                             is_whole ? "; two segments, merged, gave that result too" : "")};
}

}  // namespace harness
