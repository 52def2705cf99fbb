// `shakedown init`, as typed: what it writes, what it never overwrites, and that it asks on a
// terminal only.
#include <catch2/catch.hpp>

#include "process.hpp"
#include "tests/support/places.hpp"

using namespace end_to_end;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("init writes a scenario that passes check, and a CI file", "[init]") {
  struct Row {
    const char* ci;
    Words files;  // at the top, sorted
    const char* file;
  };
  for (const Row& row : {Row{"none", {"shakedown"}, "shakedown/first.yaml"},
                         Row{"github", {".github", "shakedown"}, ".github/workflows/shakedown.yml"},
                         Row{"gitlab", {".gitlab", ".gitlab-ci.yml", "shakedown"},
                             ".gitlab/shakedown.yml"},
                         Row{"jenkins", {"shakedown"}, "shakedown/Jenkinsfile"}}) {
    CAPTURE(row.ci);
    const TempFolder folder;
    RunOptions options;
    options.directory = folder.path();
    const Words words{"init", "--name", "bot", "--url", "http://127.0.0.1:8080", "--ci", row.ci};
    const RunResult ran = shakedown(words, options);
    CAPTURE(ran.out, ran.err);
    CHECK(ran.code == 0);
    CHECK(contains(ran.out, "wrote shakedown/first.yaml\n"));
    CHECK(contains(ran.out, "  shakedown run shakedown/first.yaml --fakes-port 9000\n"));
    CHECK(names_in(folder.path()) == row.files);
    CHECK(exists(folder.path(row.file)));
    const RunResult checked = shakedown({"check", "shakedown/"}, options);
    CHECK(checked.code == 0);
    CHECK(contains(checked.out, "first.yaml: ok: 90 s, 450 planned requests"));

    // A second time nothing is touched, unless it is asked for.
    folder.file(row.file, "mine\n");
    const RunResult again = shakedown(words, options);
    CHECK(again.code == 3);
    CHECK(contains(again.err, "nothing was written"));
    CHECK(read_file(folder.path(row.file)) == "mine\n");
    Words forced = words;
    forced.push_back("--force");
    CHECK(shakedown(forced, options).code == 0);
    CHECK(read_file(folder.path(row.file)) != "mine\n");
  }
}

TEST_CASE("init leaves a pipeline of yours alone, even by force", "[init]") {
  const TempFolder folder;
  folder.file(".gitlab-ci.yml", "mine: {script: [make]}\n");
  RunOptions options;
  options.directory = folder.path();
  const RunResult ran = shakedown({"init", "--name", "bot", "--url", "http://127.0.0.1:8080",
                                   "--ci", "gitlab", "--force"}, options);
  CHECK(ran.code == 0);
  CHECK(contains(ran.out, "Add to your .gitlab-ci.yml:"));
  CHECK(read_file(folder.path(".gitlab-ci.yml")) == "mine: {script: [make]}\n");
}

TEST_CASE("init says what it lacks when it cannot ask", "[init]") {
  const TempFolder folder;
  RunOptions options;
  options.directory = folder.path();
  struct Row {
    Words words;
    const char* says;
  };
  for (const Row& row : {Row{{"init"}, "Give --command"},
                         Row{{"init", "--command", "a | b"}, "needs a shell"},
                         Row{{"init", "--url", "nowhere"}, "write http://"},
                         Row{{"init", "--url", "http://x", "--ci", "travis"}, "--ci"},
                         Row{{"init", "--url", "http://x", "--dir", "none"}, "no such folder"}}) {
    const RunResult ran = shakedown(row.words, options);
    CAPTURE(ran.err);
    CHECK(ran.code == 3);
    CHECK(contains(ran.err, row.says));
  }
  CHECK(names_in(folder.path()).empty());
}

TEST_CASE("init asks on a terminal", "[init]") {
  if (!exists("/usr/bin/script")) return;  // util-linux: gives a command a terminal
  const TempFolder folder;
  const std::string answers = folder.file("answers", "bot\nhttp://127.0.0.1:8080\n\n\n\n");
  REQUIRE(run({"/bin/mkdir", folder.path("project")}).code == 0);
  const std::string command = std::string("/usr/bin/script -qec '") + shakedown_binary() +
                              " init --dir " + folder.path("project") + "' /dev/null <" + answers;
  const RunResult ran = run({"/bin/sh", "-c", command});
  CAPTURE(ran.out, ran.err);
  CHECK(ran.code == 0);
  CHECK(contains(ran.out, "What is your agent called? [project]: "));
  CHECK(contains(ran.out, "Which CI? (github, gitlab, jenkins, none) [none]: "));
  CHECK(contains(read_file(folder.path("project/shakedown/first.yaml")), "scenario: bot\n"));
}
