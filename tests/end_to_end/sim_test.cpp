// Runs in virtual time: verdicts of the bundled scenarios, and the same bytes for the same seed.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"
#include "tests/support/places.hpp"

using namespace end_to_end;
using nlohmann::json;

namespace {

const Words kSameBytes{"result.json", "measurements.json", "history.jsonl", "events.jsonl",
                       "latency.hlog", "junit.xml", "summary.md"};

json row_of(const json& rows, const std::string& key, const std::string& value) {
  for (const json& row : rows) {
    if (row.at(key) == value) return row;
  }
  FAIL("there is no row with " << key << " " << value);
  return {};
}

json run_bundled(const TempFolder& folder, const std::string& name, int expected_code) {
  const RunResult ran = shakedown(
      {"run", bundled(name), "--profile", "legacy", "--quiet", "--out", folder.path("out")});
  INFO(ran.out << ran.err);
  CHECK(ran.code == expected_code);
  CHECK(ran.err.empty());
  const json result = result_of(folder.path("out/" + name));
  CHECK(result.at("mode") == "sim");
  CHECK(result.at("sut") == "linked");
  check_conservation(result);
  return result;
}

}  // namespace

TEST_CASE("legacy passes steady and the real trace", "[sim]") {
  const TempFolder folder;
  struct Row {
    const char* name;
    std::uint64_t planned_at_least;
  };
  for (const Row& row : {Row{"steady", 700}, Row{"azure_code_replay", 8'819}}) {
    DYNAMIC_SECTION(row.name) {
      const json result = run_bundled(folder, row.name, 0);
      CHECK(result.at("verdict") == "PASS");
      CHECK(result.at("requests").at("planned") >= row.planned_at_least);
      CHECK(result.at("requests").at("planned") == result.at("requests").at("ok"));
    }
  }
}

TEST_CASE("legacy fails the outage: it retries and gives up", "[sim]") {
  const TempFolder folder;
  const json result = run_bundled(folder, "backend_down", 1);
  CHECK(result.at("verdict") == "FAIL");
  CHECK(row_of(result.at("slos"), "expr", "error_rate < 1% of chat").at("verdict") == "FAIL");
  CHECK(row_of(result.at("faults"), "id", "down").at("fired") > 0);
  CHECK(row_of(result.at("invariants"), "name", "terminal_once").at("verdict") == "PASS");
  CHECK(result.at("failures").at("http_status") > 100);
  // Three retries at 5, 15 and 30 s: users wait for 50 s and get an error.
  CHECK(result.at("by").at("phase").at("outage").at("latency_ms").at("response").at("p50") >=
        50'000.0);
  CHECK(result.at("by").at("phase").at("recovery").at("requests").at("error") == 0);
}

TEST_CASE("legacy fails the spam: it answers `rate limited`", "[sim]") {
  const TempFolder folder;
  const json result = run_bundled(folder, "user_spam", 1);
  CHECK(result.at("verdict") == "FAIL");
  CHECK(row_of(result.at("slos"), "expr", "error_rate < 2% of others").at("verdict") == "PASS");
  const json honest = row_of(result.at("invariants"), "name", "honest_errors");
  CHECK(honest.at("verdict") == "FAIL");
  const std::string what = honest.at("violations").at(0).at("what");
  CHECK(what.find("says only \"rate limited\", gives no next action") != std::string::npos);
  const json& spammer = result.at("by").at("class").at("spammer").at("requests");
  CHECK(result.at("failures").at("rate_limited") == spammer.at("error"));
  CHECK(spammer.at("error") > 1'000);
  CHECK(result.at("by").at("class").at("others").at("requests").at("error") == 0);
}

TEST_CASE("legacy fails concurrent turns of one user: they overwrite each other", "[sim]") {
  const TempFolder folder;
  const json result = run_bundled(folder, "same_user", 1);
  CHECK(result.at("verdict") == "FAIL");
  const json integrity = row_of(result.at("invariants"), "name", "conversation_integrity");
  CHECK(integrity.at("verdict") == "FAIL");
  REQUIRE(!integrity.at("violations").empty());
  const std::string what = integrity.at("violations").at(0).at("what");
  CHECK(what.find("lost") != std::string::npos);
  CHECK(row_of(result.at("invariants"), "name", "terminal_once").at("verdict") == "PASS");
  CHECK(result.at("failures").at("rate_limited") > 0);
}

TEST_CASE("a folder of scenarios gives the worst code and a folder of results each", "[sim]") {
  const TempFolder folder;
  const std::string bundled_folder = source_dir() + "/scenarios";
  const RunResult ran =
      shakedown({"run", bundled_folder, "--profile", "legacy", "--quiet", "--jobs", "2", "--out",
                 folder.path("out")});
  CHECK(ran.code == 1);
  std::size_t scenarios = 0;
  for (const std::string& name : names_in(bundled_folder)) {
    scenarios += name.ends_with(".yaml") ? 1 : 0;
  }
  CHECK(names_in(folder.path("out")).size() == scenarios + 1);
  for (const std::string& name : names_in(folder.path("out"))) {
    if (name == "index.html") continue;
    CHECK(names_in(folder.path("out/" + name)) ==
          Words{"environment.json", "events.jsonl", "history.jsonl", "junit.xml", "latency.hgrm",
                "latency.hlog", "measurements.json", "metrics.txt", "report.html", "result.json",
                "summary.md"});
  }
}

TEST_CASE("the same seed gives the same bytes, another one gives others", "[sim]") {
  const TempFolder folder;
  const auto ran = [&folder](const std::string& out, const std::string& seed) {
    // A relative path, so that `reproduce` does not hold where the tests are.
    RunOptions options;
    options.directory = source_dir() + "/scenarios";
    options.environment = {{"TZ", out == "one" ? "UTC" : "Asia/Tokyo"}};
    const RunResult result = shakedown({"run", "backend_down.yaml", "--profile", "legacy",
                                        "--seed", seed, "--quiet", "--out", folder.path(out)},
                                       options);
    CHECK(result.code == 1);
  };
  ran("one", "7");
  ran("two", "0x7");
  ran("other", "8");
  for (const std::string& name : kSameBytes) {
    INFO(name);
    const std::string one = read_file(folder.path("one/backend_down/" + name));
    CHECK(one == read_file(folder.path("two/backend_down/" + name)));
    CHECK(one != read_file(folder.path("other/backend_down/" + name)));
    CHECK(!one.empty());
  }
}

TEST_CASE("--check-determinism says so and keeps the verdict's code", "[sim]") {
  const TempFolder folder;
  struct Row {
    const char* name;
    int code;
  };
  for (const Row& row : {Row{"steady", 0}, Row{"same_user", 0}, Row{"backend_down", 0}}) {
    DYNAMIC_SECTION(row.name) {
      const RunResult ran = shakedown({"run", bundled(row.name), "--check-determinism", "--quiet",
                                       "--out", folder.path("out")});
      CHECK(ran.code == row.code);
      CHECK(ran.out.find("deterministic: 3 runs") != std::string::npos);
      // The fresh process leaves nothing behind.
      CHECK(!exists(folder.path(std::string("out/") + row.name + "/fresh")));
    }
  }
}

TEST_CASE("--json --check-determinism keeps stdout one document", "[sim]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const RunResult ran = shakedown(
      {"run", file, "--check-determinism", "--json", "--out", folder.path("out")});
  CHECK(ran.code == 0);
  CHECK(json::accept(ran.out));
  CHECK(ran.err.find("deterministic: ") == 0);
}

TEST_CASE("result.json of one small run is as reviewed", "[sim][golden]") {
  const TempFolder folder;
  folder.file("sound.yaml", kSound);
  RunOptions options;
  options.directory = folder.path();
  const RunResult ran = shakedown({"run", "sound.yaml", "--json"}, options);
  CHECK(ran.code == 0);
  const std::string golden =
      source_dir() + "/tests/end_to_end/golden/sound.result.json";
  const char* update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(golden, std::ios::binary) << ran.out;
  }
  CHECK(ran.out == read_file(golden));
}

TEST_CASE("every fault fires in sim, and requests outside the windows succeed", "[sim]") {
  const TempFolder folder;
  const std::string file = folder.file("every_fault.yaml", kEveryFault);
  // The naive core goes on asking a provider that fails: no fault is left out.
  const RunResult ran = shakedown(
      {"run", file, "--profile", "legacy", "--quiet", "--out", folder.path("out")});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  const json result = result_of(folder.path("out/every_fault"));
  check_conservation(result);
  for (const json& fault : result.at("faults")) {
    INFO(fault.dump());
    CHECK(fault.at("fired") > 0);
  }
  CHECK(result.at("by").at("phase").at("quiet").at("requests").at("error") == 0);
  CHECK(result.at("by").at("phase").at("calm").at("requests").at("error") == 0);
  CHECK(result.at("by").at("phase").at("trouble").at("requests").at("error") > 30);
}

TEST_CASE("a fault that cannot fire makes the run INVALID, never PASS", "[sim]") {
  const TempFolder folder;
  const std::string file = folder.file(
      "sound.yaml",
      kSound + "faults:\n  - {id: never, on: backends.primary, at: 5s..6s, status: {code: 500}, "
               "match: {user: u4711}}\n");
  const RunResult ran = shakedown({"run", file, "--quiet", "--out", folder.path("out")});
  CHECK(ran.code == 4);
  CHECK(ran.out.find("never fired: never") != std::string::npos);
  CHECK(result_of(folder.path("out/sound")).at("verdict") == "INVALID");
}

TEST_CASE("too close to tell is INCONCLUSIVE and exit 2", "[sim]") {
  const TempFolder folder;
  const std::string file =
      folder.file("sound.yaml", replaced(kSound, "error_rate < 10%", "response.p50 < 140ms"));
  const RunResult ran = shakedown({"run", file, "--quiet", "--out", folder.path("out")});
  CHECK(ran.code == 2);
  CHECK(result_of(folder.path("out/sound")).at("verdict") == "INCONCLUSIVE");
}

TEST_CASE("of several scenarios the worst counts: 1 before 4 before 2 before 0", "[sim]") {
  const TempFolder folder;
  const std::string pass = folder.file("pass.yaml", replaced(kSound, "sound", "pass"));
  const std::string inconclusive = folder.file(
      "inconclusive.yaml", replaced(replaced(kSound, "sound", "inconclusive"), "error_rate < 10%",
                                    "response.p50 < 140ms"));
  const std::string invalid = folder.file(
      "invalid.yaml", replaced(kSound, "sound", "invalid") +
                          "faults: [{id: never, on: backends.primary, at: 5s..6s, status: "
                          "{code: 500}, match: {user: u4711}}]\n");
  const std::string fail = folder.file(
      "fail.yaml", replaced(kSound, "sound", "fail") +
                       "faults: [{id: down, on: backends.primary, at: steady, status: {code: "
                       "500}}]\n");
  struct Row {
    Words files;
    int code;
  };
  for (const Row& row : {Row{{pass}, 0}, Row{{inconclusive, pass}, 2}, Row{{pass, inconclusive}, 2},
                         Row{{invalid, inconclusive, pass}, 4}, Row{{inconclusive, invalid}, 4},
                         Row{{fail, invalid, inconclusive, pass}, 1}, Row{{invalid, fail}, 1}}) {
    Words words{"run", "--profile", "legacy", "--quiet", "--out", folder.path("out")};
    words.insert(words.end(), row.files.begin(), row.files.end());
    const RunResult ran = shakedown(words);
    INFO(ran.out << ran.err);
    CHECK(ran.code == row.code);
  }
}
