// Segments of one run, merged: in sim the same bytes as the run in one piece; what cannot be merged
// is refused with its reason.
#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"
#include "tests/support/places.hpp"

using namespace end_to_end;
using nlohmann::json;

namespace {

// Users who wait for their answers, some at once, and faults that strike a few of them.
const std::string kClosed = R"yaml(scenario: closed
seed: 7
agent: {request_timeout: 3s, retry_waits: [500ms]}
backends:
  primary: {ttft: "lognormal(p50=80ms, p99=1s)", inter_token: 5ms, output_tokens: "uniform(4, 12)"}
client: {timeout: 4s}
phases: {quiet: 10s, trouble: 10s, calm: 20s}
load:
  pairs: {arrivals: closed(think=exp(mean=2s)), users: 5, parallel: 2, ask: Both.}
  chat: {arrivals: poisson(3/s), users: "zipf(users=7, s=1.1)", ask: Streamed., stream: true}
faults:
  - {id: down, on: backends.primary, at: trouble, status: {code: 500}, probability: 50%}
slo:
  - response.p90 < 5s
  - ttft.p95 < 2s of chat
  - error_rate < 40%
  - recovery_time < 15s
invariants: [terminal_once, no_empty_response, conversation_integrity]
)yaml";

std::string segment(std::size_t index, std::size_t count) {
  return std::to_string(index) + "/" + std::to_string(count);
}

// Runs the segments i/n of a scenario, each into a folder of its own, and returns those folders.
Words run_segments(const TempFolder& folder, const std::string& file, const std::string& name,
                   std::size_t count, const Words& more = {}) {
  Words folders;
  for (std::size_t i = 1; i <= count; ++i) {
    const std::string out = folder.path("s" + std::to_string(count) + "_" + std::to_string(i));
    Words words{"run", file, "--segment", segment(i, count), "--quiet", "--out", out};
    words.insert(words.end(), more.begin(), more.end());
    const RunResult ran = shakedown(words);
    INFO(ran.out << ran.err);
    CHECK(ran.err.empty());
    CHECK(exists(out + "/" + name + "/measurements.json"));
    folders.push_back(out + "/" + name);
  }
  return folders;
}

RunResult merge(Words folders, const std::string& out) {
  folders.insert(folders.begin(), "merge");
  folders.insert(folders.end(), {"-o", out, "--quiet"});
  return shakedown(folders);
}

void check_union(const TempFolder& folder, const std::string& file, const std::string& name,
                 const std::vector<std::size_t>& counts) {
  const RunResult whole = shakedown({"run", file, "--quiet", "--out", folder.path("whole")});
  const std::string one = folder.path("whole/" + name);
  const Words history = [&] {
    Words lines = lines_of(read_file(one + "/history.jsonl"));
    std::sort(lines.begin(), lines.end());
    return lines;
  }();
  for (const std::size_t count : counts) {
    INFO(name << " in " << count << " segments");
    const std::string out = folder.path("merged" + std::to_string(count));
    const RunResult ran = merge(run_segments(folder, file, name, count), out);
    INFO(ran.out << ran.err);
    CHECK(ran.code == whole.code);
    CHECK(names_in(out) == names_in(one));
    for (const char* same : {"result.json", "measurements.json", "events.jsonl", "latency.hlog",
                             "junit.xml", "summary.md"}) {
      INFO(same);
      CHECK(read_file(out + "/" + same) == read_file(one + "/" + same));
    }
    // The same operations; of those that ended at the same instant the order may be another.
    Words merged_history = lines_of(read_file(out + "/history.jsonl"));
    double last = 0;
    for (const std::string& line : merged_history) {
      const double at = json::parse(line).at("last_event_s");
      CHECK(at >= last);
      last = at;
    }
    std::sort(merged_history.begin(), merged_history.end());
    CHECK(merged_history == history);
  }
}

// Two segments of kSound in folders, for what is done to them.
Words sound_segments(const TempFolder& folder) {
  return run_segments(folder, folder.file("sound.yaml", kSound), "sound", 2);
}

void rewrite(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace

TEST_CASE("the union of segments is the run, for every bundled scenario", "[merge]") {
  const std::string scenarios = source_dir() + "/scenarios";
  for (const std::string& name : names_in(scenarios)) {
    if (!name.ends_with(".yaml")) continue;
    const TempFolder folder;
    const std::string scenario = name.substr(0, name.size() - 5);
    check_union(folder, scenarios + "/" + name, scenario, {2, 3, 5});
  }
}

TEST_CASE("the union of segments is the run with closed loops and faults too", "[merge]") {
  const TempFolder folder;
  check_union(folder, folder.file("closed.yaml", kClosed), "closed", {2, 3, 5});
}

TEST_CASE("a segment records its own users, of the same world", "[merge]") {
  const TempFolder folder;
  const Words folders = sound_segments(folder);
  std::uint64_t planned = 0;
  json first;
  for (std::size_t i = 0; i < 2; ++i) {
    const json result = result_of(folders[i]);
    check_conservation(result);
    planned += result.at("requests").at("planned").get<std::uint64_t>();
    CHECK(result.at("segment") == segment(i + 1, 2));
    CHECK(result.at("reproduce").get<std::string>().ends_with(" --segment " + segment(i + 1, 2)));
    for (const std::string& line : lines_of(read_file(folders[i] + "/history.jsonl"))) {
      const std::string user = json::parse(line).at("user");
      CHECK(std::stoul(user.substr(1)) % 2 == i);
    }
    if (i == 0) first = result;
    CHECK(result.at("digest") == first.at("digest"));
    CHECK(result.at("invariants") == first.at("invariants"));
  }
  CHECK(planned == 100);
}

TEST_CASE("a missing segment is INVALID, and named", "[merge]") {
  const TempFolder folder;
  Words folders = run_segments(folder, folder.file("sound.yaml", kSound), "sound", 3);
  folders.erase(folders.begin() + 1);
  const RunResult ran = merge(folders, folder.path("merged"));
  INFO(ran.out << ran.err);
  CHECK(ran.code == 4);
  CHECK(ran.out.find("segments: missing: 2/3") != std::string::npos);
  const json result = result_of(folder.path("merged"));
  CHECK(result.at("verdict") == "INVALID");
  CHECK(result.at("reasons").at(1) == "without them the verdict would be PASS, which is not valid");
  CHECK(result.at("requests").at("planned") < 100);
}

TEST_CASE("what are not the segments of one run is refused", "[merge]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const Words folders = sound_segments(folder);
  const auto other = [&](const std::string& out, const Words& more) {
    Words words{"run", file, "--quiet", "--out", folder.path(out)};
    words.insert(words.end(), more.begin(), more.end());
    shakedown(words);
    return folder.path(out + "/sound");
  };
  const std::string whole = other("whole", {});
  const std::string seed = other("seed", {"--segment", "2/2", "--seed", "8"});
  const std::string set = other("set", {"--segment", "2/2", "--set", "load.chat.ask=Why?"});
  const std::string count = other("count", {"--segment", "2/3"});
  const std::string profile = other("profile", {"--segment", "2/2", "--profile", "legacy"});
  struct Row {
    Words runs;
    std::string what;
  };
  for (const Row& row :
       {Row{{folders[0], folders[0]}, "is segment 1/2, and so is " + folders[0]},
        Row{{whole}, "is a whole run, not a segment"},
        Row{{folders[0], seed}, "the seed is `8`, there `7`"},
        Row{{folders[0], set}, "load.chat.ask is `Why?` and `How?` there"},
        Row{{folders[0], count}, "the number of segments is `3`, there `2`"},
        Row{{folders[0], profile}, "the profile is `legacy`, there `hardened`"},
        Row{{folders[0], folder.path("none")},
            "none/measurements.json: not found; give the folder"}}) {
    const RunResult ran = merge(row.runs, folder.path("merged"));
    INFO(ran.err);
    CHECK(ran.code == 3);
    CHECK(ran.err.find(row.what) != std::string::npos);
    CHECK(!exists(folder.path("merged/result.json")));
  }
  const RunResult over = merge(folders, folders[0]);
  CHECK(over.code == 3);
  CHECK(over.err.find("is one of the segments") != std::string::npos);
  CHECK(exists(folders[0] + "/result.json"));
}

TEST_CASE("broken files of a segment are refused with file and reason", "[merge]") {
  const TempFolder folder;
  const Words folders = sound_segments(folder);
  const std::string path = folders[1] + "/measurements.json";
  const std::string good = read_file(path);
  struct Row {
    std::string text;
    std::string what;
  };
  for (const Row& row :
       {Row{good.substr(0, good.size() / 2), "is not whole, or not JSON: byte "},
        Row{"", "is empty"},
        Row{replaced(good, "measurements/1", "measurements/2"), "is not of the schema"},
        Row{replaced(good, "\"seed\":7", "\"seed\":-7"), "`seed` is not a count"},
        Row{replaced(good, "\"segment\":\"2/2\"", "\"segment\":\"3/2\""), "`segment`"},
        Row{replaced(good, "How?", "Why?"), "`fingerprint` is not that of the configuration"},
        Row{replaced(good, "\"version\":\"", "\"version\":\"9"), "the version of shakedown is"}}) {
    rewrite(path, row.text);
    const RunResult ran = merge(folders, folder.path("merged"));
    INFO(ran.err);
    CHECK(ran.code == 3);
    CHECK(ran.err.find(path.substr(0, path.rfind('/'))) != std::string::npos);
    CHECK(ran.err.find(row.what) != std::string::npos);
  }
  rewrite(path, good);
  const std::string history = read_file(folders[0] + "/history.jsonl");
  rewrite(folders[0] + "/history.jsonl", history.substr(0, history.size() - 7));
  const RunResult ran = merge(folders, folder.path("merged"));
  CHECK(ran.code == 3);
  CHECK(ran.err.find("/history.jsonl:50: is truncated") != std::string::npos);
}

TEST_CASE("a run is judged again from its measurements, to the byte", "[merge]") {
  const TempFolder folder;
  for (const auto& [name, text] : {std::pair{std::string("closed"), kClosed},
                                   std::pair{std::string("every_fault"), kEveryFault}}) {
    const std::string file = folder.file(name + ".yaml", text);
    shakedown({"run", file, "--quiet", "--out", folder.path("out")});
    const RunResult again =
        shakedown({"report", folder.path("out/" + name), "--rejudge", "--json"});
    CHECK(again.code == 0);
    CHECK(again.out == read_file(folder.path("out/" + name + "/result.json")));
  }
}

TEST_CASE("segments and starts that are none are refused", "[merge]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  struct Row {
    Words words;
    std::string what;
  };
  for (const Row& row :
       {Row{{"--segment", "0/2"}, "a segment is i/n"},
        Row{{"--segment", "3/2"}, "a segment is i/n"},
        Row{{"--segment", "auto"}, "is set in the environment; give --segment i/n"},
        Row{{"--start-at", "2020-01-01T00:00:00Z"}, "--start-at is for --mode live"},
        Row{{"--mode", "live", "--start-at", "2020-01-01T00:00:00Z"}, "ago; give an instant"},
        Row{{"--mode", "live", "--start-at", "soon"}, "an instant is written"}}) {
    Words words{"run", file, "--out", folder.path("out")};
    words.insert(words.end(), row.words.begin(), row.words.end());
    const RunResult ran = shakedown(words);
    INFO(ran.err);
    CHECK(ran.code == 3);
    CHECK(ran.err.find(row.what) != std::string::npos);
  }
  RunOptions job;
  job.environment = {{"JOB_COMPLETION_INDEX", "1"}, {"SHAKEDOWN_SEGMENTS", "2"}};
  shakedown({"run", file, "--segment", "auto", "--out", folder.path("job")}, job);
  CHECK(result_of(folder.path("job/sound")).at("segment") == "2/2");
}

TEST_CASE("live segments begin together, and add up", "[merge][live]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const std::string start = std::to_string(std::time(nullptr) + 5);
  std::vector<std::unique_ptr<Running>> running;
  for (const char* part : {"1/2", "2/2"}) {
    running.push_back(std::make_unique<Running>(shakedown_argv(
        {"run", file, "--mode", "live", "--time-scale", "10", "--no-calibration", "--segment", part,
         "--start-at", start, "--quiet", "--out", folder.path(std::string("s") + part[0])})));
  }
  for (auto& run : running) {
    const RunResult ran = run->wait();
    INFO(ran.out << ran.err);
    CHECK(ran.err.empty());
  }
  const RunResult ran =
      merge({folder.path("s1/sound"), folder.path("s2/sound")}, folder.path("merged"));
  INFO(ran.out << ran.err);
  const json result = result_of(folder.path("merged"));
  check_conservation(result);
  CHECK(result.at("requests").at("planned") == 100);
  CHECK(lines_of(read_file(folder.path("merged/history.jsonl"))).size() == 100);
  std::vector<std::string> rules;
  for (const json& rule : result.at("validity")) {
    rules.push_back(rule.at("name"));
    if (rule.at("name") == "began_together") CHECK(rule.at("holds") == true);
  }
  for (const char* rule : {"began_together", "segment 1/2 lateness", "segment 2/2 target_alive"})
    CHECK(std::find(rules.begin(), rules.end(), rule) != rules.end());
  CHECK(!result.contains("segment"));
  CHECK(names_in(folder.path("merged")) == names_in(folder.path("s1/sound")));
}
