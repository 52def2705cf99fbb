// `shakedown selftest`: the suite can fail, and says so when it cannot.
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"

using namespace end_to_end;
using nlohmann::json;

namespace {

// The bundled scenarios of the selftest in a folder of their own, to be changed.
void copy_scenarios(const TempFolder& folder) {
  namespace fs = std::filesystem;
  const fs::path from = fs::path(bundled("steady")).parent_path() / "selftest";
  fs::create_directories(folder.path("selftest"));
  fs::copy(from.parent_path() / "corpora", folder.path("corpora"));
  for (const auto& entry : fs::directory_iterator(from)) {
    fs::copy_file(entry.path(), folder.path("selftest") / entry.path().filename());
  }
}

}  // namespace

TEST_CASE("every defect is caught by the oracle made for it, and by no other", "[selftest]") {
  const RunResult ran = shakedown({"selftest", "--json", "--seeds", "5"});
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  const json test = json::parse(ran.out);
  CHECK(test.at("schema") == "shakedown/selftest/1");
  for (const json& problem : test.at("problems")) FAIL_CHECK(problem.get<std::string>());
  std::map<std::string, int> caught;
  for (const json& run : test.at("runs")) {
    for (const auto& [oracle, cell] : run.at("oracles").items()) {
      caught[oracle] += cell == "caught" ? 1 : 0;
    }
  }
  const json invariants = json::parse(shakedown({"list", "invariants", "--json"}).out);
  for (const json& row : invariants) {
    INFO(row.at("name"));
    CHECK(caught[row.at("name").get<std::string>()] > 0);
  }
  for (const json& gate : test.at("gates")) {
    INFO(gate.at("gate") << ": " << gate.at("told"));
    CHECK(gate.at("held") == true);
  }
}

TEST_CASE("an oracle that cannot see its defect is found out", "[selftest]") {
  const TempFolder folder;
  copy_scenarios(folder);
  // Without two questions at the same instant nobody overwrites anybody's turn.
  const std::string chat = folder.path("selftest/chat.yaml");
  const std::string tame = replaced(read_file(chat), "parallel: 2", "parallel: 1");
  folder.file("selftest/chat.yaml", tame);
  RunOptions options;
  options.environment = {{"SHAKEDOWN_SCENARIOS", folder.path()}};
  const RunResult ran = shakedown({"selftest", "--profile", "history_without_lock"}, options);
  CHECK(ran.code == 1);
  CHECK_THAT(ran.out, Catch::Contains("conversation_integrity did not fire"));
}

TEST_CASE("a sound core that is not sound is found out", "[selftest]") {
  const TempFolder folder;
  copy_scenarios(folder);
  // A breaker that stays open long after the provider has come back.
  const std::string file = folder.path("selftest/outages.yaml");
  folder.file("selftest/outages.yaml",
              replaced(read_file(file), "sessions_max: 60",
                       "sessions_max: 60, breaker: {reset_after: 200s}"));
  RunOptions options;
  options.environment = {{"SHAKEDOWN_SCENARIOS", folder.path()}};
  const RunResult ran = shakedown({"selftest", "--profile", "hardened"}, options);
  CHECK(ran.code == 1);
  CHECK_THAT(ran.out, Catch::Contains("recovers_within fired"));
}

TEST_CASE("the selftest refuses what it does not know", "[selftest]") {
  const RunResult ran = shakedown({"selftest", "--profile", "history_without_lok"});
  CHECK(ran.code == 3);
  CHECK_THAT(ran.err, Catch::Contains("did you mean `history_without_lock`?"));
  RunOptions options;
  options.environment = {{"SHAKEDOWN_SCENARIOS", "/nowhere"}};
  const RunResult missing = shakedown({"selftest"}, options);
  CHECK(missing.code == 3);
  CHECK_THAT(missing.err, Catch::Contains("/nowhere/selftest/chat.yaml"));
}
