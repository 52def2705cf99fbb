// ci/gate, which every pipeline runs: what it says and how it ends; and that the pipelines in ci/
// run just that.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "harness/scenario/yaml_document.hpp"
#include "process.hpp"
#include "scenarios.hpp"
#include "tests/support/places.hpp"

using namespace end_to_end;
using harness::YamlNode;

namespace {

const std::string kCi = source_dir() + "/ci";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

RunOptions in_folder(const TempFolder& folder) {
  RunOptions options;
  options.directory = folder.path();
  options.environment = {{"SHAKEDOWN", shakedown_binary()}, {"GITHUB_STEP_SUMMARY", ""}};
  return options;
}

RunResult gate(const TempFolder& folder, const Words& arguments) {
  Words argv{kCi + "/gate"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run(argv, in_folder(folder));
}

}  // namespace

TEST_CASE("gate: a sound run passes, is kept, and passes against what was kept", "[gate]") {
  const TempFolder folder;
  folder.file("sound.yaml", kSound);
  const RunResult first = gate(folder, {"--save", "base", "--out", "one", "sound.yaml"});
  CHECK(first.code == 0);
  CHECK(contains(first.out, "gate: kept in base"));
  CHECK(exists(folder.path("base/sound/result.json")));

  const RunResult second = gate(folder, {"--baseline", "base", "--out", "two", "--junit", "junit",
                                         "--summary", "all.md", "sound.yaml", "--", "--quiet"});
  CHECK(second.code == 0);
  CHECK(contains(second.out, "PASS  sound\n"));
  CHECK(contains(second.out, "gate: exit code 0; results in two\n"));
  CHECK(names_in(folder.path("junit")) == Words{"compare.xml", "sound.xml"});
  const std::string compared = read_file(folder.path("junit/compare.xml"));
  CHECK(contains(compared, "tests=\"1\" failures=\"0\""));
  const std::string summary = read_file(folder.path("all.md"));
  CHECK(contains(summary, "PASS: sound"));
  CHECK(contains(summary, "### Against the baseline\n```\nPASS  sound\n"));
}

TEST_CASE("gate: a run that fails its objectives fails, and is not kept", "[gate]") {
  const TempFolder folder;
  folder.file("sound.yaml", kSound);
  const RunResult ran = gate(folder, {"--save", "base", "sound.yaml", "--", "--set",
                                      "slo.0=response.p50 < 1ms"});
  CHECK(ran.code == 1);
  CHECK(contains(ran.out, "FAIL         sound"));
  CHECK(contains(ran.out, "gate: not kept in base"));
  CHECK_FALSE(exists(folder.path("base")));
}

// The example of docs/ci.md.
TEST_CASE("gate: a run that became worse fails, though it passes alone", "[gate]") {
  const TempFolder folder;
  const std::string file = source_dir() + "/docs/examples/release.yaml";
  REQUIRE(gate(folder, {"--save", "base", "--out", "one", file}).code == 0);
  const RunResult alone = gate(folder, {"--out", "two", file, "--", "--profile", "legacy"});
  CAPTURE(alone.out, alone.err);
  CHECK(alone.code == 0);
  const RunResult worse = gate(folder, {"--out", "three", "--baseline", "base", "--junit", "junit",
                                        file, "--", "--profile", "legacy"});
  CAPTURE(worse.out, worse.err);
  CHECK(worse.code == 1);
  CHECK(contains(worse.out, "PASS         release"));
  CHECK(contains(worse.out, "FAIL  release"));
  CHECK(contains(read_file(folder.path("junit/compare.xml")), "failures=\"1\""));

  // What cannot be compared is no pass either, unless the change was meant.
  const std::string change = "agent.user_rate=200/min";
  const RunResult other =
      gate(folder, {"--out", "four", "--baseline", "base", file, "--", "--set", change});
  CHECK(other.code == 3);
  CHECK(contains(other.out, "cannot be compared"));
  CHECK(gate(folder, {"--out", "five", "--baseline", "base", "--allow", "agent.user_rate", file,
                      "--", "--set", change})
            .code == 0);
}

TEST_CASE("gate: a missing baseline is said, and passes or fails as asked", "[gate]") {
  const TempFolder folder;
  folder.file("sound.yaml", kSound);
  const Words base{"--baseline", "nowhere", "sound.yaml"};
  const RunResult failed = gate(folder, {"--out", "one", base[0], base[1], base[2]});
  CHECK(failed.code == 4);
  CHECK(contains(failed.out, "gate: sound has no baseline in nowhere, which is a failure"));
  const RunResult passed = gate(folder, {"--out", "two", "--missing-baseline", "pass", base[0],
                                         base[1], base[2]});
  CHECK(passed.code == 0);
  CHECK(contains(passed.out, "gate: sound has no baseline in nowhere, which is accepted"));
}

TEST_CASE("gate: the worst of several counts; INVALID and bad usage are no pass", "[gate]") {
  const TempFolder folder;
  folder.file("sound.yaml", kSound);
  const std::string failing = replaced(kSound, "scenario: sound", "scenario: failing");
  folder.file("failing.yaml", replaced(failing, "response.p95 < 30s", "response.p95 < 1ms"));
  const RunResult both = gate(folder, {"--out", "one", "--junit", "junit", "sound.yaml",
                                       "failing.yaml"});
  CHECK(both.code == 1);
  CHECK(names_in(folder.path("junit")) == Words{"failing.xml", "sound.xml"});

  folder.file("never.yaml",
              replaced(kSound, "slo:",
                       "faults: [{id: never, on: backends, at: steady, match: {model: none}, "
                       "status: 503}]\nslo:"));

  struct Row {
    const char* what;
    Words arguments;
    int code;
    const char* says;
  };
  for (const Row& row : {
           Row{"a fault that never strikes", {"--out", "a", "never.yaml"}, 4, "INVALID"},
           Row{"no such file", {"--out", "b", "none.yaml"}, 3, "none.yaml: no such file"},
           Row{"no scenario", {"--out", "c"}, 3, "no scenario given"},
           Row{"no such option", {"--bassline", "x", "sound.yaml"}, 3, "not an option"},
           Row{"no value", {"sound.yaml", "--out"}, 3, "--out needs a value"},
           Row{"what of it", {"--missing-baseline", "maybe", "sound.yaml"}, 3, "pass or fail"},
           Row{"results there", {"--out", "one", "sound.yaml"}, 3, "results of another run"},
           Row{"the gate's own", {"sound.yaml", "--", "--out", "x"}, 3, "the gate's own"},
       }) {
    CAPTURE(row.what);
    const RunResult ran = gate(folder, row.arguments);
    CAPTURE(ran.out, ran.err);
    CHECK(ran.code == row.code);
    CHECK(contains(ran.out + ran.err, row.says));
  }
}

TEST_CASE("gate: the pipelines of ci/ run it, and nothing else", "[gate]") {
  struct Row {
    const char* file;
    std::string command;
  };
  const auto yaml = [](const std::string& file) {
    return harness::parse_yaml(read_file(kCi + "/" + file), file);
  };
  const auto at = [](const YamlNode& node, const char* key) -> const YamlNode& {
    const YamlNode* found = node.find(key);
    INFO(key);
    REQUIRE(found != nullptr);
    return *found;
  };
  const YamlNode action = yaml("github/action.yml");
  const YamlNode& steps = at(at(action, "runs"), "steps");
  REQUIRE(steps.items.size() == 3);
  CHECK(at(steps.items[0], "run").text == "\"$GITHUB_ACTION_PATH/../install\" \"$PACKAGE\"");
  CHECK(steps.items[2].find("run") == nullptr);
  const YamlNode job = yaml("gitlab/shakedown.gitlab-ci.yml");
  const YamlNode& script = at(at(job, "shakedown"), "script");
  REQUIRE(script.items.size() == 1);
  const YamlNode workflow = yaml("github/workflow.yml");
  CHECK(contains(at(at(at(workflow, "jobs"), "gate"), "steps").items[1].find("uses")->text,
                 "/ci/github@"));
  const std::string jenkins = read_file(kCi + "/jenkins/Jenkinsfile");
  const std::size_t begin = jenkins.find("sh 'shakedown-gate") + 4;
  const std::string in_jenkins = jenkins.substr(begin, jenkins.find('\'', begin) - begin);

  const TempFolder folder;
  folder.file("sound.yaml", kSound);
  REQUIRE(run({"/bin/mkdir", folder.path("bin")}).code == 0);
  REQUIRE(run({"/bin/ln", "-s", kCi + "/gate", folder.path("bin/shakedown-gate")}).code == 0);
  for (const Row& row : {Row{"action.yml", at(steps.items[1], "run").text},
                         Row{"gitlab", script.items.front().text}, Row{"jenkins", in_jenkins}}) {
    CAPTURE(row.file, row.command);
    RunOptions options = in_folder(folder);
    const std::string path = folder.path("bin") + ":/usr/bin:/bin";
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"PATH", path}, {"GITHUB_ACTION_PATH", kCi + "/github"}, {"SCENARIOS", "sound.yaml"},
             {"BASELINE", ""}, {"MISSING", "fail"}, {"DELTA", "10%"}, {"ARGUMENTS", "--quiet"},
             {"GATE_SCENARIOS", "sound.yaml"}, {"GATE_BASELINE", ""}, {"GATE_MISSING", "fail"},
             {"GATE_ARGUMENTS", "--quiet"}}) {
      options.environment.emplace_back(name, value);
    }
    const RunResult ran = run({"/bin/bash", "-euo", "pipefail", "-c", row.command}, options);
    CAPTURE(ran.out, ran.err);
    CHECK(ran.code == 0);
    CHECK(exists(folder.path("shakedown-out/junit/sound.xml")));
    options.environment.emplace_back("SCENARIOS", "none.yaml");
    options.environment.emplace_back("GATE_SCENARIOS", "none.yaml");
    REQUIRE(run({"/bin/rm", "-r", folder.path("shakedown-out")}).code == 0);
    CHECK(run({"/bin/bash", "-euo", "pipefail", "-c", row.command}, options).code == 3);
    CHECK(run({"/bin/rm", "-rf", folder.path("shakedown-out")}).code == 0);
  }
}
