// What `shakedown init` writes is valid, for every combination of what can be said.
#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "harness/init/answers.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/target_setup.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/scenario/yaml_document.hpp"

using namespace harness;

namespace {

using Words = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

InitAnswers answers_for(const std::string& how) {
  InitAnswers answers;
  answers.name = "support-bot";
  if (how != "url") answers.command = {"node", "my server.mjs", "--fast", "8", "true"};
  if (how == "url") answers.url = "http://127.0.0.1:8080";
  if (how == "both") answers.url = "http://127.0.0.1:{port}";
  return answers;
}

std::string errors_of(const std::string& text) {
  try {
    Scenario scenario = parse_scenario(text, "shakedown/first.yaml");
    for (const ScenarioError& error : target_errors(scenario)) FAIL_CHECK(error.sentence);
    const std::uint64_t seed = scenario.seed;
    const Prepared prepared = prepare(std::move(scenario), seed);
    CHECK(prepared.slos.size() == 4);
    CHECK(prepared.invariants.size() == 6);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("the first scenario passes check, whatever was answered", "[init]") {
  std::size_t checked = 0;
  for (const std::string how : {"command", "url", "both"}) {
    for (const std::string& dialect : init_dialects()) {
      for (const InitProvider& provider : init_providers()) {
        InitAnswers answers = answers_for(how);
        answers.dialect = dialect;
        answers.provider = provider.name;
        CAPTURE(how, dialect, provider.name);
        REQUIRE(faults_of(answers).empty());
        const std::string text = first_scenario(answers);
        CAPTURE(text);
        CHECK(contains(text, "    dialect: " + provider.dialect + "\n"));
        for (const char c : text) CHECK((c == '\n' || (c >= ' ' && c <= '~')));
        CHECK(errors_of(text).empty());
        ++checked;
      }
    }
  }
  CHECK(checked == 3 * init_dialects().size() * init_providers().size());
}

TEST_CASE("words of a command arrive as they were typed", "[init]") {
  InitAnswers answers = answers_for("command");
  CHECK(contains(first_scenario(answers),
                 R"(  command: [node, "my server.mjs", "--fast", "8", "true"]  # started)"));
}

TEST_CASE("CI files are YAML, and run the one gate", "[init]") {
  for (const std::string how : {"command", "url"}) {
    for (const std::string& ci : init_cis()) {
      for (const bool has_gitlab_file : {false, true}) {
        InitAnswers answers = answers_for(how);
        answers.ci = ci;
        CAPTURE(how, ci, has_gitlab_file);
        const std::vector<InitFile> files = init_files(answers, has_gitlab_file);
        REQUIRE_FALSE(files.empty());
        CHECK(files.front().path == "shakedown/first.yaml");
        std::size_t gates = 0;
        for (std::size_t i = 1; i < files.size(); ++i) {
          const InitFile& file = files[i];
          CAPTURE(file.path, file.text);
          if (file.path.ends_with(".yml")) CHECK_NOTHROW(parse_yaml(file.text, file.path));
          const std::string gate = "shakedown-gate --junit shakedown-out/junit " +
                                   files.front().path + run_arguments(answers);
          if (contains(file.text, "shakedown-gate --junit")) ++gates;
          CHECK(contains(next_steps(answers, has_gitlab_file), "shakedown check"));
        }
        CHECK(gates == (ci == "none" ? 0u : 1u));
        const bool writes_own = files.back().path == ".gitlab-ci.yml";
        CHECK(writes_own == (ci == "gitlab" && !has_gitlab_file));
      }
    }
  }
}

TEST_CASE("what cannot be meant is refused, with what to write instead", "[init]") {
  struct Row {
    const char* what;
    void (*change)(InitAnswers&);
    const char* says;
  };
  for (const Row& row : {
           Row{"no name", [](InitAnswers& a) { a.name = ""; }, "--name"},
           Row{"a folder", [](InitAnswers& a) { a.name = "a/b"; }, "letters, digits"},
           Row{"two lines", [](InitAnswers& a) { a.name = "a\nb"; }, "letters, digits"},
           Row{"neither", [](InitAnswers& a) { a.url = ""; }, "Give --command"},
           Row{"no scheme", [](InitAnswers& a) { a.url = "localhost:80"; }, "write http://"},
           Row{"no host", [](InitAnswers& a) { a.url = "http://"; }, "write http://"},
           Row{"a path", [](InitAnswers& a) { a.url = "http://a:1/v1"; }, "target.path"},
           Row{"blanks", [](InitAnswers& a) { a.url = "http://a b"; }, "write http://"},
           Row{"a port of nobody", [](InitAnswers& a) { a.url = "http://x:{port}"; }, "--command"},
           Row{"dialect", [](InitAnswers& a) { a.dialect = "antropic"; },
               "(did you mean `anthropic`?)"},
           Row{"provider", [](InitAnswers& a) { a.provider = "mcp"; }, "there is: openai, "},
           Row{"ci", [](InitAnswers& a) { a.ci = "githb"; }, "(did you mean `github`?)"},
       }) {
    CAPTURE(row.what);
    InitAnswers answers = answers_for("url");
    row.change(answers);
    const Words faults = faults_of(answers);
    REQUIRE(faults.size() == 1);
    CAPTURE(faults.front());
    CHECK(contains(faults.front(), row.says));
  }
  CHECK(name_from("My agent (2)") == "My_agent_2");
  CHECK(name_from("...") == "agent");
}

TEST_CASE("questions: defaults, answers that are asked again, and an early end", "[init]") {
  InitAnswers answers;
  answers.name = "bot";
  std::istringstream in("\nnode $X\nnode server.mjs\nopenai-caht\nanthropic\n\ngitlab\n");
  std::ostringstream out;
  ask(answers, {}, in, out);
  CHECK(answers.name == "bot");
  CHECK(answers.command == Words{"node", "server.mjs"});
  CHECK(answers.url.empty());
  CHECK(answers.dialect == "anthropic");
  CHECK(answers.provider == "openai");
  CHECK(answers.ci == "gitlab");
  CHECK(contains(out.str(), "  one of: openai-chat, "));
  CHECK(contains(out.str(), "needs a shell"));
  CHECK(faults_of(answers).empty());

  InitAnswers given;
  given.name = "bot";
  std::istringstream url("http://127.0.0.1:1\n");
  ask(given, {"name", "dialect", "provider", "ci"}, url, out);
  CHECK(given.url == "http://127.0.0.1:1");

  std::istringstream ended("bot\n");
  CHECK_THROWS_WITH(ask(given, {}, ended, out), Catch::Contains("nothing was written"));
}
