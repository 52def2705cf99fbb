// A finished run, read back from its folder: result.json and the requests of history.jsonl. Refuses
// what is not whole: a result of another version, a history that is shorter than the result's
// counts, a line that was torn. Reads files; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/run/run_files.hpp"

namespace harness {

inline constexpr std::size_t kHistoryBytesMax = std::size_t{1} << 30;
inline constexpr std::size_t kRunsMax = 10'000;  // in one folder

struct FinishedRequest {
  std::uint64_t id = 0;
  std::string turn;
  reports::Outcome outcome = reports::Outcome::ok;
  bool streamed = false;
  world::Instant planned{};
  world::Instant sent = world::kNever;
  world::Instant first_event = world::kNever;
  world::Instant last_event{};
  world::Nanos stall{0};
};

struct FinishedRun {
  std::string folder;
  reports::RunRecord record;
  std::vector<FinishedRequest> requests;  // by id
};

// Throws FinishedRunError.
FinishedRun read_finished_run(const std::string& folder);

// The lines of history.jsonl; `where` names the file in errors.
std::vector<FinishedRequest> read_history(std::string_view text, const std::string& where);

// The folders of runs at or below a path, sorted: itself, or those of its scenarios and seeds.
// Throws FinishedRunError when there is none, or more than kRunsMax.
std::vector<std::string> finished_runs_below(const std::string& path);

}  // namespace harness
