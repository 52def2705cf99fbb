// compare and --seeds through the binary: what is refused, what is a regression, and that neither
// depends on how many runs go on side by side.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"

using namespace end_to_end;
using nlohmann::json;

namespace {

const Words kSlowBackend{"--set", "backends.primary.ttft=uniform(300ms, 900ms)"};

int run_into(const TempFolder& folder, const std::string& out, const Words& more = {}) {
  Words words{"run", folder.file("sound.yaml", kSound), "--quiet", "--out", folder.path(out)};
  words.insert(words.end(), more.begin(), more.end());
  const RunResult ran = shakedown(words);
  INFO(ran.out << ran.err);
  CHECK(ran.signal == 0);
  return ran.code;
}

RunResult compare(const TempFolder& folder, const std::string& base, const std::string& candidate,
                  const Words& more = {}) {
  Words words{"compare", folder.path(base), folder.path(candidate)};
  words.insert(words.end(), more.begin(), more.end());
  return shakedown(words);
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

// Every file below a folder, by its relative name; what may differ between runs is left out.
std::map<std::string, std::string> files_below(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const auto name = entry.path().filename();
    const bool varies = name == "environment.json" || name == "report.html";
    if (!entry.is_regular_file() || varies) continue;
    files[std::filesystem::relative(entry.path(), folder).string()] =
        read_file(entry.path().string());
  }
  return files;
}

}  // namespace

TEST_CASE("one seed: legacy against legacy passes, another backend is another experiment",
          "[compare]") {
  const TempFolder folder;
  CHECK(run_into(folder, "a") == 0);
  CHECK(run_into(folder, "b") == 0);
  CHECK(run_into(folder, "slow", kSlowBackend) == 0);

  const RunResult same = compare(folder, "a/sound", "b/sound");
  INFO(same.out << same.err);
  CHECK(same.code == 0);
  CHECK_THAT(same.out, Catch::Contains("PASS  sound") &&
                           Catch::Contains("0 of 100 requests changed") &&
                           Catch::Contains("one seed: exact for this"));

  const RunResult other = compare(folder, "a/sound", "slow/sound");
  CHECK(other.code == 3);
  CHECK(other.out.empty());
  CHECK_THAT(other.err, Catch::Contains("backends.primary.ttft: uniform(50ms, 150ms) against "
                                        "uniform(300ms, 900ms)"));

  const RunResult allowed =
      compare(folder, "a/sound", "slow/sound", {"--allow", "backends.primary.ttft"});
  INFO(allowed.out << allowed.err);
  CHECK(allowed.code == 1);
  CHECK_THAT(allowed.out, Catch::Contains("FAIL  sound") && Catch::Contains("changed most"));
  // A folder of runs is as good as the run, and what is better is no worse.
  CHECK(compare(folder, "slow", "a", {"--allow", "backends.primary"}).code == 0);
}

TEST_CASE("several seeds are paired, as a table, JSON and CSV", "[compare][seeds]") {
  const TempFolder folder;
  CHECK(run_into(folder, "a", {"--seeds", "8", "--jobs", "2"}) == 0);
  Words slow = kSlowBackend;
  slow.insert(slow.end(), {"--seeds", "8"});
  CHECK(run_into(folder, "slow", slow) == 0);
  CHECK(compare(folder, "a", "a").code == 0);
  const RunResult worse = compare(folder, "a", "slow",
                                  {"--allow", "backends.primary.ttft", "--json", "--metric",
                                   "response.p95", "--csv", folder.path("runs.csv")});
  INFO(worse.out << worse.err);
  CHECK(worse.code == 1);
  const json comparison = json::parse(worse.out).at("comparisons").at(0);
  CHECK(comparison.at("method") == "paired");
  CHECK(comparison.at("metrics").at(0).at("seeds_worse") == 8);
  CHECK(comparison.at("metrics").at(0).at("signed_rank_p") == 0.00390625);
  CHECK(lines_of(read_file(folder.path("runs.csv"))).size() == 17);
}

TEST_CASE("what is not whole or not of this version is refused", "[compare]") {
  const TempFolder folder;
  CHECK(run_into(folder, "a") == 0);
  CHECK(run_into(folder, "b") == 0);
  const std::string history = folder.path("b/sound/history.jsonl");
  const std::string whole = read_file(history);
  const auto refused = [&](const std::string& with) {
    const RunResult ran = compare(folder, "a/sound", "b/sound");
    INFO(ran.out << ran.err);
    CHECK(ran.code == 3);
    CHECK_THAT(ran.err, Catch::Contains(with));
  };
  write(history, whole.substr(0, whole.size() - 5));
  refused("its last line is torn");
  write(history, whole.substr(whole.find('\n') + 1));
  refused("99 requests, and result.json counts 100: the history is truncated");
  write(history, whole);
  const std::string result = folder.path("b/sound/result.json");
  write(result, replaced(read_file(result), "shakedown/result/1", "shakedown/result/9"));
  refused("a result of another version");
  CHECK(compare(folder, "a/sound", "nowhere").code == 3);
  CHECK(compare(folder, "a/sound", "a/sound", {"--delta", "ten"}).code == 3);
  const RunResult bare = compare(folder, "a/sound", "a/sound", {"--delta", "0"});
  CHECK(bare.code == 3);
  CHECK_THAT(bare.err, Catch::Contains("the % is missing; write --delta 0%"));
  CHECK(run_into(folder, "part", {"--segment", "1/2"}) == 2);  // half of the requests: too few
  const RunResult part = compare(folder, "a/sound", "part/sound");
  CHECK(part.code == 3);
  CHECK_THAT(part.err, Catch::Contains("is segment 1/2 of a run; merge first"));
  CHECK(compare(folder, "a/sound", "a/sound", {"--metric", "speed"}).code == 3);
}

TEST_CASE("seeds are judged together, with the same bytes for any number of jobs", "[seeds]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const auto run_with = [&](const std::string& jobs) {
    return shakedown({"run", file, "--seeds", "6", "--seed", "11", "--jobs", jobs, "--out",
                      folder.path("out")},
                     {});
  };
  const RunResult one = run_with("1");
  INFO(one.out << one.err);
  CHECK(one.code == 0);
  CHECK_THAT(one.out, Catch::Contains("0 of 6 seeds bad: with 95% confidence at most 39.3% of "
                                      "seeds are"));
  const auto files = files_below(folder.path("out"));
  CHECK(files.count("sound/seeds.json") == 1);
  CHECK(files.count("sound/seed-11/result.json") == 1);
  CHECK(files.count("sound/seed-16/history.jsonl") == 1);
  std::filesystem::remove_all(folder.path("out"));
  const RunResult four = run_with("4");
  CHECK(four.code == 0);
  CHECK(four.out == one.out);
  CHECK(files_below(folder.path("out")) == files);
}

TEST_CASE("what the ledgers know is judged under --stop-early too", "[early]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const std::string objectives = "slo=[error_rate < 10%, fairness > 0.5, retry_amplification < 2]";
  for (const bool early : {false, true}) {
    Words words{"run", file, "--set", objectives, "--out", folder.path("out")};
    if (early) words.push_back("--stop-early");
    const RunResult ran = shakedown(words);
    INFO(early << ran.out << ran.err);
    CHECK(ran.code == 0);
    const json slos = result_of(folder.path("out/sound")).at("slos");
    CHECK(slos.at(0).at("rule") == (early ? "anytime" : "fixed"));
    for (const std::size_t measured : {1, 2}) {
      CHECK(slos.at(measured).at("verdict") == "PASS");
      CHECK(slos.at(measured).at("rule") == "measured");
    }
  }
}

TEST_CASE("a bad seed is a FAIL with the command that runs it again", "[seeds]") {
  const TempFolder folder;
  const RunResult ran = shakedown({"run", bundled("backend_down"), "--profile", "legacy",
                                   "--seeds", "3", "--seed", "5", "--json", "--out",
                                   folder.path("out")});
  CHECK(ran.code == 1);
  const json seeds = json::parse(ran.out);
  CHECK(seeds.at("bad") == 3);
  CHECK(seeds.at("first_bad").at("seed") == 5);
  CHECK_THAT(seeds.at("first_bad").at("reproduce").get<std::string>(),
             Catch::Contains("--seed 5"));
  CHECK(seeds == json::parse(read_file(folder.path("out/backend_down/seeds.json"))));
  for (const Words& wrong : {Words{"--seeds", "0"}, Words{"--seeds", "3", "--mode", "live"},
                             Words{"--jobs", "4", "--target", "http://127.0.0.1:1"}}) {
    Words words{"run", bundled("steady"), "--out", folder.path("wrong")};
    words.insert(words.end(), wrong.begin(), wrong.end());
    CHECK(shakedown(words).code == 3);
  }
}

TEST_CASE("a run stops early, live as in virtual time", "[early]") {
  const TempFolder folder;
  const std::string file =
      folder.file("bad.yaml", replaced(kSound, "response.p95 < 30s", "response.p95 < 40ms"));
  for (const Words& mode : {Words{"--mode", "sim", "--check-determinism"},
                            Words{"--mode", "live", "--time-scale", "5"}}) {
    Words words{"run", file, "--stop-early", "--quiet", "--out", folder.path("out")};
    words.insert(words.end(), mode.begin(), mode.end());
    const RunResult ran = shakedown(words);
    INFO(ran.out << ran.err);
    if (mode[1] == "sim") CHECK(ran.code == 1);  // live, a busy host may make it INVALID
    CHECK_THAT(ran.out, Catch::Contains("stopped early at "));
    const json result = result_of(folder.path("out/sound"));
    CHECK(result.at("slos").at(0).at("verdict") == "FAIL");
    CHECK(result.at("interrupted") == false);
    CHECK(result.at("slos").at(0).at("rule") == "anytime");
    CHECK(result.at("requests").at("planned") < 60);
    check_conservation(result);
  }
}
