// Every bundled scenario against the sound core and against the naive one: the sound core passes,
// and the naive one fails for exactly the reasons that the scenario was written for. And the table
// of the README is what `shakedown contrast` prints.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "process.hpp"
#include "scenarios.hpp"
#include "tests/support/places.hpp"

using namespace end_to_end;
using nlohmann::json;

namespace {

using Reasons = std::set<std::string>;  // objectives and invariants

struct Row {
  const char* scenario;
  const char* naive;    // its verdict
  Reasons naive_fails;  // what it breaks
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      {"azure_code_replay", "PASS", {}},
      {"backend_down", "FAIL", {"error_rate < 1% of chat",
       "response.p95{class:chat,phase:outage} < 500ms",
       "response.p95{class:strict,outcome:error} < 500ms",
       "response.count{class:later,outcome:ok} == 20", "honest_errors"}},
      {"backend_down_hang", "FAIL", {"error_rate < 1%", "response.p95 < 20s in noticing",
       "response.p95 < 500ms in outage", "response.p99 < 61s"}},
      {"backend_vs_command_slow", "FAIL", {"honest_errors", "command_life"}},
      {"breaker_life_cycle", "FAIL", {"error_rate < 1%", "response.p90 < 1s in failing",
       "retry_amplification < 1.1", "breaker_model"}},
      {"cancel_and_reconnect", "PASS", {}},
      {"capacity_drop", "FAIL", {"response.p95 < 30s", "error_rate < 5%"}},
      {"cooldown_and_burst", "FAIL", {"error_rate < 5%", "response.p90 < 200s",
       "no_empty_response"}},
      {"corrupt_backend", "FAIL", {"error_rate < 1%", "response.p95 < 3s", "no_empty_response",
       "no_internal_leak"}},
      {"day_change", "FAIL", {"honest_errors"}},
      {"flapping_provider", "FAIL", {"response.p95 < 2s", "breaker_model"}},
      {"idempotency", "PASS", {}},
      {"ladder_503", "FAIL", {"honest_errors"}},
      {"malformed_input", "FAIL", {"explains_bad_input", "honest_errors"}},
      {"mid_stream_death", "INVALID", {"error_rate < 1% of early", "error_rate < 1% of first",
       "error_rate < 1% of error"}},
      {"noise_and_brown_out", "FAIL", {"error_rate < 1%", "response.p95 < 1.5s in flaky",
       "response.p90 < 1.5s in brown_out", "breaker_model"}},
      {"noisy_neighbour", "PASS", {}},
      {"priorities", "FAIL", {"response.p95 < 5s in after", "honest_errors"}},
      {"probe_pathologies", "FAIL", {"error_rate < 1%", "breaker_model"}},
      {"provider_cascade", "FAIL", {"error_rate < 1%", "response.p90 < 5s", "breaker_model",
       "bounded_retries"}},
      {"retry_amplification", "FAIL", {"response.p95 < 8s in after",
       "retry_amplification < 1.3", "bounded_retries"}},
      {"same_user", "FAIL", {"response.count{outcome:error} == 0", "conversation_integrity",
       "user_concurrency"}},
      {"shared_quota", "FAIL", {"error_rate < 1%", "response.p95 < 2s in limited",
       "retry_after_honoured"}},
      {"steady", "PASS", {}},
      {"stress_users", "PASS", {}},
      {"ten_minute_command", "FAIL", {"no_empty_response", "command_life"}},
      {"ten_minute_command_restart", "FAIL", {"no_empty_response", "command_life"}},
      {"thundering_herd", "FAIL", {"error_rate < 1%", "response.p95 < 30s"}},
      {"tool_limits", "PASS", {}},
      {"user_spam", "FAIL", {"honest_errors"}},
  };
  return kRows;
}

json run_with(const TempFolder& folder, const std::string& scenario, const std::string& profile) {
  const RunResult ran = shakedown({"run", bundled(scenario), "--profile", profile, "--quiet",
                                   "--out", folder.path(profile)});
  INFO(ran.out << ran.err);
  CHECK(ran.err.empty());
  json result = result_of(folder.path(profile + "/" + scenario));
  check_conservation(result);
  return result;
}

Reasons failed_in(const json& result) {
  Reasons failed;
  for (const json& slo : result.at("slos")) {
    if (slo.at("verdict") == "FAIL") failed.insert(slo.at("expr").get<std::string>());
  }
  for (const json& invariant : result.at("invariants")) {
    if (invariant.at("verdict") == "FAIL") failed.insert(invariant.at("name").get<std::string>());
  }
  return failed;
}

std::string readme_path() {
  std::string path = source_dir();
  path += "/README.md";
  return path;
}

// The table stands between these two lines.
constexpr const char* kBegin = "<!-- shakedown contrast scenarios/ --markdown -->\n";
constexpr const char* kEnd = "<!-- end of the table -->\n";

}  // namespace

TEST_CASE("the sound core passes, the naive one fails for the right reasons", "[sim][verdicts]") {
  const TempFolder folder;
  for (const Row& row : rows()) {
    DYNAMIC_SECTION(row.scenario) {
      const json sound = run_with(folder, row.scenario, "hardened");
      CHECK(failed_in(sound) == Reasons{});
      CHECK(sound.at("verdict") == "PASS");
      const json naive = run_with(folder, row.scenario, "legacy");
      CHECK(failed_in(naive) == row.naive_fails);
      CHECK(naive.at("verdict") == row.naive);
    }
  }
}

TEST_CASE("every bundled scenario has its verdicts", "[sim][verdicts]") {
  Words listed;
  for (const Row& row : rows()) listed.push_back(std::string(row.scenario) + ".yaml");
  Words there;
  for (const std::string& name : names_in(source_dir() + "/scenarios")) {
    if (name.ends_with(".yaml")) there.push_back(name);
  }
  CHECK(listed == there);
}

TEST_CASE("the README's table is what contrast prints", "[sim][verdicts][golden]") {
  RunOptions options;
  options.directory = source_dir();
  options.within = std::chrono::seconds(600);
  const RunResult ran = shakedown({"contrast", "scenarios/", "--markdown", "--jobs", "2"}, options);
  CHECK(ran.code == 0);
  std::string readme = read_file(readme_path());
  const std::size_t begin = readme.find(kBegin) + std::string(kBegin).size();
  const std::size_t end = readme.find(kEnd);
  REQUIRE(end != std::string::npos);
  REQUIRE(begin < end);
  const char* update = std::getenv("UPDATE_GOLDEN");
  if (update != nullptr && std::string(update) == "1") {
    std::ofstream(readme_path(), std::ios::binary)
        << readme.substr(0, begin) << ran.out << readme.substr(end);
    return;
  }
  CHECK(readme.substr(begin, end - begin) == ran.out);
}
