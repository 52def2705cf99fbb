// Completion as a shell asks for it, and what else an installation is made of. (ci/package presses
// the tabulator in real shells.)
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"

using namespace end_to_end;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// What bash offers for the last of the words.
Words offered(const TempFolder& folder, const std::string& script, const Words& words) {
  const std::string ask =
      "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _shakedown; "
      "printf '%s\\n' \"${COMPREPLY[@]}\"";
  Words argv{"/bin/bash", "--norc", "-uc", ask, "bash", script};
  argv.insert(argv.end(), words.begin(), words.end());
  RunOptions options;
  options.directory = folder.path();
  const RunResult ran = run(argv, options);
  CHECK(ran.err.empty());
  Words lines = lines_of(ran.out);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace

TEST_CASE("bash completes commands, options, values and files", "[completion]") {
  const TempFolder folder;
  const RunResult printed = shakedown({"completion", "bash"});
  REQUIRE(printed.code == 0);
  const std::string script = folder.file("script", printed.out);
  folder.file("my.yaml", "");
  REQUIRE(run({"/bin/mkdir", folder.path("my_runs")}).code == 0);
  struct Row {
    Words words;
    Words offered;
  };
  for (const Row& row : {
           Row{{"shakedown", "contr"}, {"contrast"}},
           Row{{"shakedown", "--vers"}, {"--version"}},
           Row{{"shakedown", "man"}, {}},  // hidden
           Row{{"shakedown", "run", "--time"}, {"--time-scale"}},
           Row{{"shakedown", "run", "--mode", ""}, {"sim", "live"}},
           Row{{"shakedown", "run", "--mode", "=", "l"}, {"live"}},
           Row{{"shakedown", "run", "--mode", "="}, {"sim", "live"}},
           Row{{"shakedown", "run", "--seed", ""}, {}},
           Row{{"shakedown", "run", "my"}, {"my.yaml", "my_runs"}},
           Row{{"shakedown", "run", "--out", "my"}, {"my_runs"}},
           Row{{"shakedown", "report", "my"}, {"my_runs"}},
           Row{{"shakedown", "list", "pro"}, {"profiles"}},
           Row{{"shakedown", "run", "--profile", "leg"}, {"legacy"}},
           Row{{"shakedown", "contrast", "--profiles", "legacy,hard"}, {"legacy,hardened"}},
           Row{{"shakedown", "init", "--ci", "g"}, {"github", "gitlab"}},
           Row{{"shakedown", "merge", "-o", "my"}, {"my_runs"}},
       }) {
    CAPTURE(row.words);
    Words found = offered(folder, script, row.words);
    std::sort(found.begin(), found.end());
    Words expected = row.offered;
    std::sort(expected.begin(), expected.end());
    CHECK(found == expected);
  }
}

TEST_CASE("completion for other shells; for none of them it is bad usage", "[completion]") {
  CHECK(contains(shakedown({"completion", "zsh"}).out, "#compdef shakedown\n"));
  CHECK(contains(shakedown({"completion", "fish"}).out, "complete -c shakedown -f\n"));
  const RunResult ran = shakedown({"completion", "tcsh"});
  CHECK(ran.code == 3);
  CHECK(ran.out.empty());
}

TEST_CASE("version: lines for a person, JSON for a program", "[help]") {
  const RunResult text = shakedown({"version"});
  CHECK(text.code == 0);
  CHECK(text.out.rfind("shakedown 0.", 0) == 0);
  CHECK(contains(text.out, "\nconfigured at commit "));
  CHECK(contains(text.out, "\nOpenSSL 3."));
  CHECK(shakedown({"--version"}).out == text.out);
  const RunResult as_json = shakedown({"--version", "--json"});
  CHECK(as_json.code == 0);
  CHECK(as_json.out == shakedown({"version", "--json"}).out);
  const nlohmann::json json = nlohmann::json::parse(as_json.out);
  for (const char* key : {"version", "commit", "compiler", "build_type"}) CHECK(json.contains(key));
  CHECK(json.at("libraries").at("Boost") == "1.81");
}

TEST_CASE("a bundled scenario is found by its name, a file of that name before it", "[run]") {
  const TempFolder folder;
  RunOptions options;
  options.directory = folder.path();
  const RunResult bundled = shakedown({"check", "steady"}, options);
  CHECK(bundled.code == 0);
  CHECK(contains(bundled.out, "scenarios/steady.yaml: ok: "));
  folder.file("steady", kSound);
  CHECK(shakedown({"check", "steady"}, options).out.rfind("steady: ok: 20 s", 0) == 0);
  const RunResult none = shakedown({"check", "stedy"}, options);
  CHECK(none.code == 3);
  CHECK(contains(none.err, "stedy: no such file or folder (did you mean `steady`?)"));
  options.environment = {{"SHAKEDOWN_SCENARIOS", folder.path()}};
  folder.file("mine.yaml", kSound);
  CHECK(shakedown({"check", "mine"}, options).code == 0);
}
