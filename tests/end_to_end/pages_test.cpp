// The pages that commands write: report, suite, matrix, comparison.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"

using namespace end_to_end;
using nlohmann::json;

namespace {

json data_of(const std::string& html) {
  const std::string before = R"(id="data">)";
  const std::size_t at = html.find(before);
  REQUIRE(at != std::string::npos);
  const std::size_t from = at + before.size();
  return json::parse(html.substr(from, html.find("</script", from) - from));
}

std::string file_text(const TempFolder& folder, const std::string& name) {
  return read_file(folder.path(name));
}

}  // namespace

TEST_CASE("report --html gives the page again that the run wrote") {
  const TempFolder folder;
  const RunResult ran = shakedown({"run", bundled("backend_down"), "--profile", "legacy", "--quiet",
                                   "--out", folder.path("out")});
  CHECK(ran.code == 1);
  const std::string written = file_text(folder, "out/backend_down/report.html");
  const RunResult again = shakedown({"report", folder.path("out/backend_down"), "--html"});
  CHECK(again.code == 0);
  CHECK(again.out == written);
  const json data = data_of(written);
  CHECK(data["result"] == result_of(folder.path("out/backend_down")));
  std::uint64_t ended = 0;
  for (const auto& [outcome, counts] : data["series"]["by_outcome"].items())
    for (const json& count : counts) ended += count.get<std::uint64_t>();
  CHECK(ended == data["result"]["requests"]["planned"]);
  CHECK(data["lanes"]["providers"][0]["name"] == "primary");
  CHECK_FALSE(data["events"].empty());
}

TEST_CASE("report prints every form of a finished run") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  CHECK(shakedown({"run", file, "--quiet", "--out", folder.path("out")}).code == 0);
  const std::string run = folder.path("out/sound");
  const auto printed = [&](const char* flag) { return shakedown({"report", run, flag}).out; };
  CHECK(printed("--hgrm") == read_file(run + "/latency.hgrm"));
  CHECK(printed("--openmetrics") == read_file(run + "/metrics.txt"));
  CHECK(printed("--hlog") == read_file(run + "/latency.hlog"));
  CHECK(printed("--junit") == read_file(run + "/junit.xml"));
  CHECK(printed("--markdown") == read_file(run + "/summary.md"));
  CHECK(printed("--json") == read_file(run + "/result.json"));
  CHECK(shakedown({"report", run, "--html", "--json"}).code == 3);
}

TEST_CASE("several scenarios have a page that links their reports") {
  const TempFolder folder;
  const RunResult ran = shakedown({"run", bundled("steady"), bundled("backend_down"), "--profile",
                                   "legacy", "--out", folder.path("out")});
  CHECK(ran.code == 1);
  CHECK(ran.out.find(folder.path("out") + "/index.html") != std::string::npos);
  const json data = data_of(file_text(folder, "out/index.html"));
  REQUIRE(data["runs"].size() == 2);
  for (const json& run : data["runs"]) {
    CHECK(std::filesystem::exists(folder.path("out/" + run["href"].get<std::string>())));
  }
  CHECK(data["runs"][1]["verdict"] == "FAIL");
  const RunResult again = shakedown({"report", folder.path("out"), "--html"});
  CHECK(data_of(again.out)["runs"].size() == 2);
}

TEST_CASE("a page of several runs does not outlive them, nor take somebody else's place") {
  const TempFolder folder;
  const std::string one = folder.file("sound.yaml", kSound);
  const std::string page = folder.path("out/index.html");
  const auto run = [&](Words files) {
    Words words{"run", "--out", folder.path("out")};
    words.insert(words.end(), files.begin(), files.end());
    return shakedown(words);
  };
  CHECK(run({one, bundled("steady")}).code == 0);
  CHECK(exists(page));
  CHECK(run({one}).code == 0);
  CHECK_FALSE(exists(page));  // it would show an earlier verdict
  const std::string theirs = folder.file("out/index.html", "<h1>somebody else's</h1>");
  CHECK(run({one}).code == 0);
  CHECK(read_file(theirs) == "<h1>somebody else's</h1>");
  const RunResult refused = run({one, bundled("steady")});
  CHECK(refused.code == 4);
  CHECK(refused.err.find("is no page of shakedown, and was left as it is") != std::string::npos);
  CHECK(read_file(theirs) == "<h1>somebody else's</h1>");
}

TEST_CASE("contrast --out writes each run and the matrix") {
  const TempFolder folder;
  const RunResult ran = shakedown({"contrast", bundled("backend_down"), "--out",
                                   folder.path("out")});
  CHECK(ran.code == 0);
  const json data = data_of(file_text(folder, "out/index.html"));
  REQUIRE(data["runs"].size() == 2);
  CHECK(data["runs"][0]["profile"] == "legacy");
  CHECK(data["runs"][0]["verdict"] == "FAIL");
  CHECK(data["runs"][1]["verdict"] == "PASS");
  CHECK(std::filesystem::exists(folder.path("out/legacy/backend_down/report.html")));
  // What a page says of how to run it again is true.
  const std::string reproduce = data["runs"][0]["reproduce"];
  CHECK(reproduce.find("--profile legacy") != std::string::npos);
}

TEST_CASE("compare --html lays the runs over one another") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  CHECK(shakedown({"run", file, "--quiet", "--out", folder.path("base")}).code == 0);
  CHECK(shakedown({"run", file, "--quiet", "--out", folder.path("next")}).code == 0);
  const std::string page = folder.path("difference.html");
  const RunResult ran = shakedown({"compare", folder.path("base"), folder.path("next"), "--html",
                                   page});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 0);
  const json data = data_of(read_file(page));
  CHECK(data["verdict"] == "PASS");
  REQUIRE(data["pairs"].size() == 1);
  CHECK(data["pairs"][0]["comparison"]["verdict"] == "PASS");
  CHECK(data["pairs"][0]["base"]["series"] == data["pairs"][0]["candidate"]["series"]);
  const RunResult nowhere = shakedown({"compare", folder.path("base"), folder.path("next"),
                                       "--html", folder.path("no/such/folder.html")});
  CHECK(nowhere.code == 3);
}

TEST_CASE("a run that was cut short has a page that says so") {
  const TempFolder folder;
  Running running(shakedown_argv({"run", bundled("steady"), "--mode", "live", "--no-calibration",
                                  "--ui", "127.0.0.1:0", "--out", folder.path("out")}));
  running.wait_for_line("live view: ");
  // Not earlier: what never began leaves no report.
  CHECK(running.wait_until([&] { return exists(folder.path("out/steady")); }));
  running.signal(SIGINT);
  CHECK(running.wait().code == 130);
  const json data = data_of(file_text(folder, "out/steady/report.html"));
  CHECK(data["result"]["interrupted"] == true);
}
