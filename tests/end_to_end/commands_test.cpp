// The other commands: report, list, check, help; and what is printed where.
#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "process.hpp"
#include "scenarios.hpp"
#include "tests/support/places.hpp"

using namespace end_to_end;
using nlohmann::json;

namespace {

bool has_escapes(const std::string& text) { return text.find('\033') != std::string::npos; }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a finished run rendered again equals what run wrote", "[report]") {
  const TempFolder folder;
  const std::string out = folder.path("out");
  const RunResult ran =
      shakedown({"run", bundled("same_user"), "--profile", "legacy", "--out", out});
  CHECK(ran.code == 1);
  const std::string run_folder = out + "/same_user";
  const auto rendered = [&run_folder](const Words& format) {
    Words words{"report", run_folder};
    words.insert(words.end(), format.begin(), format.end());
    const RunResult report = shakedown(words);
    CHECK(report.code == 0);
    CHECK(report.err.empty());
    return report.out;
  };
  CHECK(rendered({"--junit"}) == read_file(run_folder + "/junit.xml"));
  CHECK(rendered({"--markdown"}) == read_file(run_folder + "/summary.md"));
  CHECK(rendered({"--hlog"}) == read_file(run_folder + "/latency.hlog"));
  // The console table, without the line that says where the results are.
  CHECK(ran.out == rendered({}) + "  results in " + run_folder + "\n\n");
}

TEST_CASE("--json prints result.json, --quiet the verdict and its reasons", "[report]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const RunResult as_json = shakedown({"run", file, "--json", "--out", folder.path("out")});
  CHECK(as_json.code == 0);
  CHECK(as_json.err.empty());
  CHECK(as_json.out == read_file(folder.path("out/sound/result.json")));
  CHECK(json::parse(as_json.out).at("schema") == "shakedown/result/1");

  const RunResult loud = shakedown({"run", file, "--out", folder.path("out")});
  const RunResult quiet = shakedown({"run", file, "--quiet", "--out", folder.path("out")});
  CHECK(quiet.code == 0);
  CHECK(quiet.out.rfind("PASS", 0) == 0);
  CHECK(quiet.out.size() < loud.out.size());
  CHECK(contains(loud.out, "objective"));
  CHECK(!contains(quiet.out, "objective"));
}

TEST_CASE("output that is piped has no escape sequences and no progress", "[report]") {
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  RunOptions options;
  options.environment = {{"NO_COLOR", ""}, {"TERM", "xterm-256color"}, {"CLICOLOR_FORCE", "1"}};
  for (const Words& words :
       {Words{"run", file, "--out", folder.path("out")},
        Words{"run", file, "--mode", "live", "--time-scale", "20", "--out", folder.path("live")},
        Words{"report", folder.path("out/sound")}, Words{"list", "faults"},
        Words{"run", "--help"}, Words{"rnu"}}) {
    const RunResult ran = shakedown(words, options);
    CHECK(!has_escapes(ran.out));
    CHECK(!has_escapes(ran.err));
    CHECK(ran.err.find('\r') == std::string::npos);
  }
}

TEST_CASE("colour and progress on a terminal, and none of it with NO_COLOR", "[report]") {
  if (!exists("/usr/bin/script")) return;  // util-linux: gives a command a terminal
  const TempFolder folder;
  const std::string file = folder.file("sound.yaml", kSound);
  const std::string command =
      shakedown_binary() + " run " + file + " --out " + folder.path("out");
  const Words on_terminal{"/usr/bin/script", "-qec", command, "/dev/null"};
  RunOptions options;
  options.environment = {{"NO_COLOR", ""}, {"TERM", "xterm"}};
  CHECK(has_escapes(run(on_terminal, options).out));
  options.environment = {{"NO_COLOR", "1"}, {"TERM", "xterm"}};
  const RunResult plain = run(on_terminal, options);
  CHECK(plain.code == 0);
  CHECK(!contains(plain.out, "\033[1m"));
  CHECK(!contains(plain.out, "\033[3"));
}

TEST_CASE("list prints every table, and as JSON all of each row", "[list]") {
  struct Row {
    const char* kind;
    Words names;  // some that must be there
  };
  for (const Row& row :
       {Row{"scenarios",
            {"steady", "backend_down", "user_spam", "same_user", "azure_code_replay"}},
        Row{"faults",
            {"tcp.refuse", "tcp.black_hole", "http.status", "http.hang", "sse.no_terminal",
             "provider.rate_limit"}},
        Row{"invariants", {"terminal_once", "no_empty_response", "conversation_integrity"}},
        Row{"dialects", {"openai-chat"}}, Row{"metrics", {"response", "ttft", "error_rate"}},
        Row{"profiles", {"legacy"}}}) {
    DYNAMIC_SECTION(row.kind) {
      const RunResult text = shakedown({"list", row.kind});
      CHECK(text.code == 0);
      CHECK(text.err.empty());
      const RunResult as_json = shakedown({"list", row.kind, "--json"});
      CHECK(as_json.code == 0);
      const json rows = json::parse(as_json.out);
      Words names;
      for (const json& r : rows) {
        CHECK(!r.at("doc").get<std::string>().empty());
        names.push_back(r.at("name"));
        CHECK(contains(text.out, "\n" + names.back() + " ") +
                  (text.out.rfind(names.back() + " ", 0) == 0) > 0);
      }
      for (const std::string& name : row.names) {
        INFO(name);
        CHECK(std::find(names.begin(), names.end(), name) != names.end());
      }
      for (const std::string& line : lines_of(text.out)) {
        CHECK(line.size() <= 80);
        CHECK((line.empty() || line.back() != ' '));
      }
    }
  }
}

TEST_CASE("check: every bundled scenario is good", "[check]") {
  const RunResult ran = shakedown({"check", source_dir() + "/scenarios"});
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  CHECK(lines_of(ran.out).size() == 30);
  CHECK(contains(ran.out, "azure_code_replay.yaml: ok: 3436 s, 8819 planned requests, 200 users"));
}

TEST_CASE("check: a scenario that can never pass is told before it runs", "[check]") {
  const TempFolder folder;
  folder.file("s.yaml", replaced(kSound, "10%", "0.1%"));
  RunOptions options;
  options.directory = folder.path();
  const RunResult ran = shakedown({"check", "s.yaml"}, options);
  CHECK(ran.code == 3);
  CHECK(ran.out.empty());
  CHECK(ran.err == "s.yaml:14:5: `error_rate < 0.1%` needs at least 2,995 requests to pass; 100 "
                   "are planned\n");
  CHECK(shakedown({"run", "s.yaml"}, options).err == ran.err);
  const RunResult planned = shakedown({"plan", "s.yaml"}, options);
  CHECK(planned.code == 3);
  CHECK(contains(planned.out, "CAN NEVER PASS: `error_rate < 0.1%` needs at least 2,995"));
  // With enough of them it can.
  CHECK(shakedown({"check", "s.yaml", "--set", "load.chat.arrivals=constant(5000/s)"}, options)
            .code == 0);
}

TEST_CASE("check goes on after a bad file", "[check]") {
  const TempFolder folder;
  folder.file("a.yaml", replaced(kSound, "seed:", "sead:"));
  folder.file("b.yaml", kSound);
  RunOptions options;
  options.directory = folder.path();
  const RunResult ran = shakedown({"check", "a.yaml", "b.yaml"}, options);
  CHECK(ran.code == 3);
  CHECK(ran.err == "a.yaml:2:1: unknown key `sead` (did you mean `seed`?)\n");
  CHECK(ran.out == "b.yaml: ok: 20 s, 100 planned requests, 20 users, 0 faults, 2 SLOs, "
                   "3 invariants\n");
}

TEST_CASE("check: the outages of the field are good in both modes", "[check]") {
  for (const std::string mode : {"sim", "live"}) {
    const RunResult ran =
        shakedown({"check", source_dir() + "/scenarios/outages", "--mode", mode});
    CHECK(ran.code == 0);
    CHECK(lines_of(ran.out).size() == 6);
  }
}

TEST_CASE("check refuses a fault that cannot fire in the mode", "[check]") {
  const TempFolder folder;
  RunOptions options;
  options.directory = folder.path();
  const std::string names = "  - {id: names, on: backends.primary, at: 5s.., dns: nxdomain}\n";
  const std::string frozen = "  - {id: frozen, on: agent, at: 5s, freeze: 1s}\n";
  const std::string no_names = "s.yaml:17:54: `faults.names` is a fault of kind `dns`, which can "
                               "fire in sim only\n";
  const std::string not_frozen = ": `faults.frozen` is a fault of kind `freeze`, which needs a "
                                 "real process: run it with --mode live\n";
  const auto check = [&](const std::string& faults, const std::vector<std::string>& further) {
    folder.file("s.yaml", std::string(kSound) + "faults:\n" + faults);
    std::vector<std::string> words = {"check", "s.yaml"};
    words.insert(words.end(), further.begin(), further.end());
    return shakedown(words, options);
  };
  CHECK(contains(check(names, {}).out, "3 invariants; in sim only\n"));
  CHECK(check(names, {"--mode", "sim"}).code == 0);
  CHECK(check(names, {"--mode", "live"}).err == no_names);
  CHECK(check(names, {"--mode", "live"}).code == 3);
  CHECK(contains(check(frozen, {}).out, "3 invariants; in live only\n"));
  CHECK(check(frozen, {"--mode", "sim"}).err == "s.yaml:17:45" + not_frozen);
  CHECK(check(frozen, {"--mode", "live"}).code == 0);
  const RunResult neither = check(names + frozen, {});
  CHECK(neither.code == 3);
  CHECK(neither.err == no_names + "s.yaml:18:45" + not_frozen);
  CHECK(shakedown({"run", "s.yaml", "--mode", "live"}, options).err == no_names);
}

TEST_CASE("the example of a file of fakes is served", "[fake]") {
  const std::string file = source_dir() + "/docs/examples/fakes.yaml";
  Running fake(shakedown_argv({"fake", "--config", file, "--listen", "127.0.0.1:0", "--fault",
                               "sse.no_terminal at 30s..90s p=50%"}));
  CHECK(contains(fake.wait_for_line("openai: OPENAI_BASE_URL=http://127.0.0.1:"), "/v1"));
  fake.wait_for_line("anthropic: ANTHROPIC_BASE_URL=http://127.0.0.1:");
  fake.wait_for_line("control: http://127.0.0.1:");
  REQUIRE(fake.wait_until([&fake] { return fake.catches(SIGINT); }));
  fake.signal(SIGINT);
  const RunResult end = fake.wait();
  CHECK(end.code == 0);
  CHECK(end.err.empty());
  for (const std::string id : {"limited", "overloaded", "cuts", "no_terminal"}) {
    CHECK(contains(end.out, "fault " + id + " fired 0 times\n"));
  }
}

TEST_CASE("--help of every command shows an example", "[help]") {
  const RunResult all = shakedown({"--help"});
  CHECK(all.code == 0);
  CHECK(all.err.empty());
  for (const std::string name : {"run", "check", "list", "agent", "fake", "report"}) {
    INFO(name);
    CHECK(contains(all.out, "  " + name + " "));
    const RunResult help = shakedown({name, "--help"});
    CHECK(help.code == 0);
    CHECK(contains(help.out, "Example:\n  shakedown " + name + " "));
  }
  CHECK(contains(all.out, "Exit codes:"));
}

TEST_CASE("--version says which version", "[help]") {
  const RunResult ran = shakedown({"--version"});
  CHECK(ran.code == 0);
  CHECK(contains(ran.out, "0."));
}

TEST_CASE("no command at all is bad usage", "[help]") {
  const RunResult ran = shakedown({});
  CHECK(ran.code == 3);
  CHECK(ran.out.empty());
  CHECK(contains(ran.err, "Try `shakedown --help`."));
}
