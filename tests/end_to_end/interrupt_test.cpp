// Runs that do not reach their end: Ctrl-C, a kill, a disk that is full.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"

using namespace end_to_end;
using nlohmann::json;

namespace {

std::uintmax_t size_of(const std::string& file) {
  std::error_code none;
  const std::uintmax_t size = std::filesystem::file_size(file, none);
  return none ? 0 : size;
}

// An endless run that has written some of its history.
void start_and_wait(Running& run, const TempFolder& folder) {
  const std::string part = folder.path("out/endless/history.jsonl.part");
  REQUIRE(run.wait_until([&part] { return size_of(part) > 0; }));
}

Words endless(const TempFolder& folder, const std::string& mode) {
  const std::string file = folder.file("endless.yaml", kEndless);
  Words words = shakedown_argv({"run", file, "--mode", mode, "--quiet", "--out",
                                folder.path("out")});
  if (mode == "live") words.insert(words.end(), {"--time-scale", "10"});
  return words;
}

}  // namespace

TEST_CASE("Ctrl-C keeps what was measured and marks it", "[interrupt]") {
  for (const std::string mode : {"live", "sim"}) {
    DYNAMIC_SECTION(mode) {
      const TempFolder folder;
      Running run(endless(folder, mode));
      start_and_wait(run, folder);
      run.signal(SIGINT);
      const RunResult ended = run.wait();
      INFO(ended.out << ended.err);
      CHECK(ended.signal == 0);
      CHECK(ended.code == 130);
      CHECK(ended.out.find("interrupted") != std::string::npos);
      CHECK(ended.out.find("PASS ") == std::string::npos);

      const json result = result_of(folder.path("out/endless"));
      CHECK(result.at("interrupted") == true);
      CHECK(result.at("verdict") != "PASS");
      check_conservation(result);
      const auto sent = result.at("requests").at("sent").get<std::size_t>();
      CHECK(sent > 0);
      const Words history = lines_of(read_file(folder.path("out/endless/history.jsonl")));
      CHECK(history.size() == sent + result.at("requests").at("dropped").get<std::size_t>());
      for (const std::string& line : history) REQUIRE(json::accept(line));
      // Nothing is left under an unfinished name.
      for (const std::string& name : names_in(folder.path("out/endless"))) {
        CHECK(!name.ends_with(".part"));
      }
    }
  }
}

TEST_CASE("Ctrl-C between many seeds judges those that have ended", "[interrupt]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  Running run(shakedown_argv({"run", file, "--seeds", "20000", "--seed", "1", "--jobs", "2",
                              "--quiet", "--out", folder.path("out")}));
  const std::string name = "sound";
  const std::string third = folder.path("out/" + name + "/seed-3/result.json");
  REQUIRE(run.wait_until([&third] { return size_of(third) > 0; }));
  run.signal(SIGINT);
  const RunResult ended = run.wait();
  INFO(ended.out << ended.err);
  CHECK(ended.code == 130);
  CHECK(ended.out.find("of 20,000 seeds had ended") != std::string::npos);
  CHECK(ended.out.find("PASS ") == std::string::npos);
  const json seeds = json::parse(read_file(folder.path("out/" + name + "/seeds.json")));
  CHECK(seeds.at("interrupted") == true);
  CHECK(seeds.at("asked") == 20'000);
  CHECK(seeds.at("verdict") != "PASS");
  CHECK(seeds.at("good") >= 2);
  CHECK(seeds.at("runs").size() == seeds.at("seeds"));
}

TEST_CASE("SIGTERM ends a run as Ctrl-C does", "[interrupt]") {
  const TempFolder folder;
  Running run(endless(folder, "live"));
  start_and_wait(run, folder);
  run.signal(SIGTERM);
  CHECK(run.wait().code == 130);
  CHECK(result_of(folder.path("out/endless")).at("interrupted") == true);
}

TEST_CASE("a second Ctrl-C ends at once", "[interrupt]") {
  // Three million requests are planned before the first one leaves; nobody looks at the first
  // Ctrl-C meanwhile.
  const TempFolder folder;
  const std::string file =
      folder.file("endless.yaml", replaced(replaced(kEndless, "24h", "30s"), "20/s", "100000/s"));
  Running run(shakedown_argv({"run", file, "--quiet", "--out", folder.path("out")}));
  REQUIRE(run.wait_until([&run] { return run.catches(SIGINT); }));
  run.signal(SIGINT);
  REQUIRE(run.wait_until([&run] { return !run.has_pending(SIGINT); }));
  run.signal(SIGINT);
  const RunResult ended = run.wait();
  CHECK(ended.signal == 0);
  CHECK(ended.code == 130);
  CHECK(ended.out.empty());
  CHECK(!exists(folder.path("out")));
}

TEST_CASE("an interrupted suite does not start its next scenario", "[interrupt]") {
  const TempFolder folder;
  Words words = endless(folder, "sim");
  const std::string next = folder.file("sound.yaml", kSound);
  words.insert(words.begin() + 3, next);
  Running run(std::move(words));
  start_and_wait(run, folder);
  run.signal(SIGINT);
  CHECK(run.wait().code == 130);
  CHECK(names_in(folder.path("out")) == Words{"endless"});
}

TEST_CASE("a kill leaves nothing under its final name", "[interrupt]") {
  const TempFolder folder;
  Running run(endless(folder, "live"));
  start_and_wait(run, folder);
  run.signal(SIGKILL);
  CHECK(run.wait().signal == SIGKILL);
  CHECK(names_in(folder.path("out/endless")) == Words{"events.jsonl.part", "history.jsonl.part"});
  // What is there are whole lines.
  const std::string part = read_file(folder.path("out/endless/history.jsonl.part"));
  CHECK(part.back() == '\n');
  for (const std::string& line : lines_of(part)) REQUIRE(json::accept(line));
}

TEST_CASE("a run replaces the results of an earlier one", "[interrupt]") {
  const TempFolder folder;
  const std::string file = folder.file("endless.yaml", replaced(kEndless, "24h", "20s"));
  CHECK(shakedown({"run", file, "--quiet", "--out", folder.path("out")}).code == 0);
  CHECK(exists(folder.path("out/endless/result.json")));
  Running run(endless(folder, "live"));
  start_and_wait(run, folder);
  run.signal(SIGKILL);
  run.wait();
  // The earlier verdict does not stand beside the logs of the killed run.
  CHECK(!exists(folder.path("out/endless/result.json")));
}

TEST_CASE("a full disk: a clear error, and no half-written file under its final name", "[disk]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  // The history of 100 requests has about 35 kB, result.json about 20 kB.
  for (const long bytes : {1L, 4'096L, 16'384L, 30'000L}) {
    DYNAMIC_SECTION(bytes << " bytes") {
      RunOptions options;
      options.file_bytes_max = bytes;
      const std::string out = folder.path("out" + std::to_string(bytes));
      const RunResult ran = shakedown({"run", file, "--quiet", "--out", out}, options);
      INFO(ran.out << ran.err);
      CHECK(ran.signal == 0);
      CHECK(ran.code == 4);
      CHECK(ran.out.empty());
      CHECK(ran.err == "shakedown: sound: " + out +
                           "/sound/history.jsonl: the disk is full; free some space or give "
                           "another --out\n");
      for (const std::string& name : names_in(out + "/sound")) CHECK(name.ends_with(".part"));
    }
  }
}

TEST_CASE("a disk that becomes full between two results", "[disk]") {
  // Ten requests: their history fits, result.json does not.
  const TempFolder folder;
  const std::string ten = replaced(kSound, "5/s", "30/min");
  const std::string file =
      folder.file("sound.yaml", replaced(replaced(ten, "p95", "p50"), "10%", "50%"));
  RunOptions options;
  options.file_bytes_max = 8'192;
  const RunResult ran = shakedown({"run", file, "--quiet", "--out", folder.path("out")}, options);
  INFO(ran.out << ran.err);
  CHECK(ran.code == 4);
  CHECK(ran.out.empty());
  CHECK(ran.err == "shakedown: sound: " + folder.path("out") +
                       "/sound/result.json: the disk is full; free some space or give another "
                       "--out\n");
  CHECK(names_in(folder.path("out/sound")) == Words{"events.jsonl", "history.jsonl"});
  CHECK(lines_of(read_file(folder.path("out/sound/history.jsonl"))).size() == 10);
}

TEST_CASE("a full disk ends a long run early", "[disk]") {
  const TempFolder folder;
  RunOptions options;
  options.file_bytes_max = 1'000'000;  // a second of the endless run in sim would write more
  options.within = std::chrono::seconds(60);
  const RunResult ran = run(endless(folder, "sim"), options);
  CHECK(ran.code == 4);
  CHECK(ran.err.find("the disk is full") != std::string::npos);
  CHECK(names_in(folder.path("out/endless")) == Words{"events.jsonl.part", "history.jsonl.part"});
}

TEST_CASE("results that cannot be written at all", "[disk]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  struct Row {
    std::string out;
    const char* sentence;
  };
  for (const Row& row : {Row{file, "a file is in the way of a folder, or the reverse"},
                         Row{"/proc/none", "could not be written"}}) {
    const RunResult ran = shakedown({"run", file, "--quiet", "--out", row.out});
    INFO(ran.err);
    CHECK(ran.code == 4);
    CHECK(ran.out.empty());
    CHECK(ran.err.find(row.out + "/sound: ") != std::string::npos);
    CHECK(ran.err.find(row.sentence) != std::string::npos);
  }
}
