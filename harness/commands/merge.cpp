#include "harness/commands/merge.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "harness/commands/colour.hpp"
#include "harness/run/environment.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/merge.hpp"
#include "harness/run/merge_logs.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/run/run_files.hpp"
#include "harness/verdict/verdict.hpp"
#include "reports/console.hpp"
#include "reports/result_json.hpp"
#include "world/real_files.hpp"

namespace harness {

namespace {

namespace fs = std::filesystem;

struct MergeCommand {
  std::vector<std::string> runs;
  std::string out;
  bool quiet = false;
  bool json = false;
};

// Every segment, or one error with all that is wrong.
std::vector<SegmentPart> read_parts(const std::vector<std::string>& runs) {
  std::vector<SegmentPart> parts;
  std::string wrong;
  for (const std::string& run : runs) {
    try {
      parts.push_back({run, read_measurements_of(run)});
    } catch (const FinishedRunError& error) {
      wrong += (wrong.empty() ? "" : "\n") + std::string(error.what());
    }
  }
  if (!wrong.empty()) throw MergeError(wrong);
  return parts;
}

// The result is written over what is in its folder, which must not be a segment.
void check_out(const MergeCommand& command) {
  std::error_code ignored;
  const fs::path out = fs::weakly_canonical(command.out, ignored);
  for (const std::string& run : command.runs) {
    if (fs::weakly_canonical(run, ignored) == out) {
      throw std::runtime_error("merge -o " + command.out +
                               ": is one of the segments; give another folder for the result");
    }
  }
}

std::vector<std::string> in_each(const std::vector<std::string>& runs, const std::string& file) {
  std::vector<std::string> paths;
  for (const std::string& run : runs) paths.push_back(run + "/" + file);
  return paths;
}

// In sim all segments saw the same events of one world; in live each saw its own.
void merge_events(const std::vector<std::string>& runs, bool sim, const reports::Sink& sink) {
  const std::vector<std::string> files = in_each(runs, "events.jsonl");
  if (!sim) return merge_logs(files, "at_s", sink);
  for (std::size_t i = 1; i < files.size(); ++i) {
    const std::string difference = first_difference_of_files(files[0], files[i]);
    if (difference.empty()) continue;
    throw MergeError(files[i] + ": is not that of the world in " + files[0] + ": " + difference);
  }
  merge_logs({files[0]}, "at_s", sink);
}

int merge(const MergeCommand& command) {
  check_out(command);
  EnvironmentProbe probe;
  world::RealFiles files;
  reports::RunRecord record;
  {
    const std::vector<SegmentPart> parts = read_parts(command.runs);
    record = judge(std::make_shared<const reports::Measurements>(merged(parts)));
  }
  const bool sim = record.mode == "sim";
  RunDirectory directory(files, command.out);
  directory.open();
  merge_logs(in_each(command.runs, "history.jsonl"), "last_event_s", directory.history());
  merge_events(command.runs, sim, directory.events());
  reports::Environment environment = probe.finish();
  if (!sim && record.measurements->start_unix_ms != 0) {
    environment.started_unix_ms = record.measurements->start_unix_ms;
  }
  directory.finish(record, environment);

  if (command.json) {
    reports::write_result_json(record, {}, [](std::string_view text) {
      std::fwrite(text.data(), 1, text.size(), stdout);
    });
  } else {
    reports::ConsoleOptions console;
    console.colour = colour_wanted();
    console.quiet = command.quiet;
    std::printf("%s  merged from %zu segment%s, results in %s\n\n",
                reports::console_text(record, console).c_str(), command.runs.size(),
                command.runs.size() == 1 ? "" : "s",
                command.out.c_str());
  }
  return exit_code_of(record.verdict);
}

}  // namespace

void add_merge(CLI::App& command, int& exit_code) {
  auto o = std::make_shared<MergeCommand>();
  command.add_option("runs", o->runs, "Folders of the segments' results, each segment once.")
      ->required()
      ->type_name("RUN");
  command.add_option("-o,--out", o->out, "Folder for the result of the whole run.")
      ->required()
      ->type_name("RUN");
  command.add_flag("--quiet", o->quiet, "Only the verdict and its reasons.");
  command.add_flag("--json", o->json, "Print result.json instead of the table.");
  command.callback([o, &exit_code] {
    try {
      exit_code = merge(*o);
    } catch (const OutputError& error) {
      std::fprintf(stderr, "shakedown: %s\n", error.what());
      exit_code = exit_code::kInvalid;
    }
  });
}

}  // namespace harness
