#include "harness/run/finished_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "reports/read_result.hpp"
#include "world/json_reader.hpp"

namespace harness {

using reports::Outcome;

namespace {

constexpr int kFoldersDeep = 3;  // out / scenario / seed-7

// "1.5" seconds in whole nanoseconds, nothing for null: never through a double.
std::optional<world::Instant> instant_of(std::string_view raw) {
  if (raw == "null") return world::kNever;
  std::int64_t whole = 0, part = 0;
  const char* end = raw.data() + raw.size();
  auto read = std::from_chars(raw.data(), end, whole);
  if (read.ec != std::errc() || whole < 0 || whole > 1'000'000'000) return std::nullopt;
  if (read.ptr != end) {
    if (*read.ptr != '.' || end - read.ptr > 10) return std::nullopt;
    std::string digits(read.ptr + 1, end);
    digits.resize(9, '0');
    const auto fraction = std::from_chars(digits.data(), digits.data() + 9, part);
    if (fraction.ec != std::errc() || fraction.ptr != digits.data() + 9) return std::nullopt;
  }
  return world::at(world::Nanos(whole * 1'000'000'000 + part));
}

// All 64 bits: those of closed loops begin in the upper half.
bool read_id(std::string_view raw, std::uint64_t& id) {
  const char* end = raw.data() + raw.size();
  const auto read = std::from_chars(raw.data(), end, id);
  return read.ec == std::errc() && read.ptr == end;
}

std::optional<Outcome> outcome_of(std::string_view name) {
  for (std::size_t i = 0; i < reports::kOutcomes; ++i) {
    if (reports::name_of(static_cast<Outcome>(i)) == name) return static_cast<Outcome>(i);
  }
  return std::nullopt;
}

std::optional<FinishedRequest> request_of(std::string_view line) {
  FinishedRequest request;
  world::JsonReader reader(line);
  std::string_view key;
  bool has_id = false, has_outcome = false;
  if (!reader.enter_object()) return std::nullopt;
  while (reader.next_key(key)) {
    world::Instant* instant = key == "planned_s"       ? &request.planned
                              : key == "sent_s"        ? &request.sent
                              : key == "first_event_s" ? &request.first_event
                              : key == "last_event_s"  ? &request.last_event
                                                       : nullptr;
    const bool is_id = key == "id", is_turn = key == "turn", is_streamed = key == "streamed";
    const bool is_outcome = key == "outcome", is_stall = key == "stall_ms";
    const world::JsonValue value = reader.take();
    if (instant != nullptr) {
      const auto read = instant_of(value.raw);
      if (!read) return std::nullopt;
      *instant = *read;
    } else if (is_stall) {
      const auto read = instant_of(value.raw);  // of milliseconds: a thousandth of these seconds
      if (!read) return std::nullopt;
      request.stall = world::since_start(*read) / 1000;
    } else if (is_id) {
      has_id = read_id(value.raw, request.id);
    } else if (is_turn && value.type == world::JsonType::string) {
      request.turn = value.text();
    } else if (is_streamed) {
      request.streamed = value.is_true();
    } else if (is_outcome && value.type == world::JsonType::string) {
      const auto outcome = outcome_of(value.text());
      if (!outcome) return std::nullopt;
      request.outcome = *outcome;
      has_outcome = true;
    }
  }
  if (!reader.finished() || !has_id || !has_outcome) return std::nullopt;
  return request;
}

void add_run(const std::filesystem::path& folder, std::vector<std::string>& found) {
  if (found.size() == kRunsMax) {
    throw FinishedRunError(fmt::format("{}: more than {} runs; give a folder of fewer",
                                       folder.string(), kRunsMax));
  }
  found.push_back(folder.string());
}

// Those that seeds.json names: others beside it are left from another command.
void add_seeds(const std::filesystem::path& folder, std::vector<std::string>& found) {
  const std::string path = (folder / "seeds.json").string();
  try {
    const auto json = nlohmann::json::parse(read_run_file(path, reports::kResultBytesMax));
    for (const auto& run : json.at("runs")) {
      add_run(folder / run.at("folder").get<std::string>(), found);
    }
  } catch (const nlohmann::json::exception& error) {
    throw FinishedRunError(path + ": " + error.what());
  }
}

void find_runs(const std::filesystem::path& folder, int deep, std::vector<std::string>& found) {
  namespace fs = std::filesystem;
  std::error_code error;
  const bool is_run = fs::exists(folder / "result.json", error);
  const bool has_seeds = fs::exists(folder / "seeds.json", error);
  if (is_run && has_seeds) {
    throw FinishedRunError(folder.string() + ": holds a run and runs of many seeds; give one of "
                                             "them, or remove result.json or seeds.json");
  }
  if (is_run) return add_run(folder, found);
  if (has_seeds) return add_seeds(folder, found);
  if (deep == 0) return;
  std::vector<fs::path> below;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory(error)) below.push_back(entry.path());
  }
  std::sort(below.begin(), below.end());
  for (const fs::path& path : below) find_runs(path, deep - 1, found);
}

}  // namespace

std::vector<FinishedRequest> read_history(std::string_view text, const std::string& where) {
  if (!text.empty() && text.back() != '\n') {
    throw FinishedRunError(where + ": its last line is torn: the run was killed, or the copy is "
                                   "not whole; run it again");
  }
  std::vector<FinishedRequest> requests;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    auto request = request_of(text.substr(0, end));
    if (!request) throw FinishedRunError(fmt::format("{}:{}: not a request", where, line));
    requests.push_back(std::move(*request));
    text.remove_prefix(end + 1);
  }
  std::sort(requests.begin(), requests.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  return requests;
}

FinishedRun read_finished_run(const std::string& folder) {
  FinishedRun run;
  run.folder = folder;
  run.record = read_result_of(folder);
  const std::string history = folder + "/history.jsonl";
  run.requests = read_history(read_run_file(history, kHistoryBytesMax), history);
  std::uint64_t ended = 0;
  for (const std::uint64_t count : run.record.counts.ended) ended += count;
  if (run.requests.size() != ended) {
    throw FinishedRunError(
        fmt::format("{}: {} requests, and result.json counts {}: the history is {}; run it again",
                    history, run.requests.size(), ended,
                    run.requests.size() < ended ? "truncated" : "of another run"));
  }
  return run;
}

std::vector<std::string> finished_runs_below(const std::string& path) {
  std::vector<std::string> found;
  find_runs(path, kFoldersDeep, found);
  if (found.empty()) {
    throw FinishedRunError(path + ": no finished run here (no result.json); give the folder of a "
                                  "run, as shakedown-out/steady, or a folder of such");
  }
  return found;
}

}  // namespace harness
