// run_command on scripted programs, in virtual time.
#include <catch2/catch.hpp>

#include "tests/agent/tool_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::LedgerKind;
using agent::ToolEnd;
using world::SimScript;
using world::SimStep;

namespace {

agent::Config hardened(std::vector<std::string> allow) {
  agent::Config config = profile("hardened");
  config.breaker.policy = agent::BreakerPolicy::none;
  config.commands.allow = std::move(allow);
  return config;
}

std::string words(const std::string& program, int timeout = 0) {
  std::string json = R"({"argv":[")" + program + "\"]";
  if (timeout > 0) json += ",\"timeout_seconds\":" + std::to_string(timeout);
  return json + "}";
}

ToolWorld::Calling run(const std::string& program, int timeout = 0,
                       world::Nanos patience = 10h) {
  return {"run_command", words(program, timeout), patience};
}

SimScript exits(int code, const std::string& output) {
  SimScript script = program(1s, {{0s, output}});
  script.exit.code = code;
  return script;
}

SimScript deaf() {
  SimScript script = program(10h);
  script.on_terminate = SimScript::OnTerminate::ignores;
  return script;
}

}  // namespace

TEST_CASE("how a command ended is said in code and reason", "[tools][REQ-103]") {
  SimScript killed = program(1s);
  killed.exit.signal = 11;
  struct Row {
    const char* program;
    SimScript script;
    const char* code;
    const char* reason;
    ToolEnd end;
  };
  const std::string not_found = world::cannot_run_line("p", world::kNotFound);
  const std::string not_executable = world::cannot_run_line("p", world::kNotExecutable);
  const Row rows[] = {
      {"p", exits(0, "fine\n"), "0", "exited", ToolEnd::ok},
      {"p", exits(3, "bad\n"), "3", "exited", ToolEnd::failed},
      {"p", exits(127, "own words\n"), "127", "exited", ToolEnd::failed},
      {"p", exits(127, not_found), "127", "not_found", ToolEnd::failed},
      {"p", exits(126, "own words\n"), "126", "exited", ToolEnd::failed},
      {"p", exits(126, not_executable), "126", "not_executable", ToolEnd::failed},
      {"p", exits(124, ""), "124", "exited", ToolEnd::failed},
      {"p", killed, "139", "signal", ToolEnd::failed},
      {"p", program(10h), "124", "timeout", ToolEnd::timeout},
      {"p", deaf(), "124", "timeout", ToolEnd::timeout},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    CAPTURE(row.code);
    ToolWorld w(hardened({"p"}));
    w.processes.install(row.program, row.script);
    const ToolWorld::Done done = w.call(run("p"));
    CHECK(done.member("exit_code") == row.code);
    CHECK(done.member("exit_reason") == row.reason);
    REQUIRE(done.answer);
    CHECK(done.answer->end == row.end);
    const auto ended = w.entries(LedgerKind::command_ended);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].to == row.reason);
    CHECK(std::to_string(ended[0].value) == row.code);
    CHECK(w.toolbox->on());
  }
}

TEST_CASE("what it printed comes back as text", "[tools][REQ-073]") {
  ToolWorld w(hardened({"p"}));
  w.processes.install("p", exits(0, "\x1b[1mkey\x1b[0m sk-abcdefghijklmnop \"x\"\n"));
  const ToolWorld::Done done = w.call(run("p"));
  CHECK(done.member("output") == "key [redacted] \"x\"\n");
  CHECK(done.member("truncated") == "false");
  CHECK(done.member("elapsed_ms") == "1000");
}

TEST_CASE("much output is cut in its middle", "[tools]") {
  agent::Config config = hardened({"p"});
  config.commands.output_bytes = 2'048;
  ToolWorld w(config);
  w.processes.install("p", exits(0, "begin" + std::string(500'000, 'x') + "end"));
  const ToolWorld::Done done = w.call(run("p"));
  CHECK(done.member("truncated") == "true");
  CHECK(done.member("output").starts_with("beginxx"));
  CHECK(done.member("output").ends_with("xxend"));
  CHECK(done.member("output").size() < 2'200);
}

TEST_CASE("a command of ten minutes runs to its end and is heard of", "[tools][REQ-078][REQ-080]") {
  ToolWorld w(hardened({"build"}));
  std::vector<SimStep> steps;
  for (int percent = 2; percent <= 98; percent += 2) {
    steps.push_back({12s, "[" + std::to_string(percent) + "%] compiling\n"});
  }
  w.processes.install("build", program(605s, steps));
  const ToolWorld::Done done = w.call(run("build", 900));
  CHECK(done.member("exit_reason") == "exited");
  CHECK(done.ended >= world::at(605s));
  CHECK(done.ended <= world::at(606s));

  const auto progress = w.heard("progress");
  REQUIRE(progress.size() == 60);
  world::Instant before{};
  int percent = 0;
  for (const ToolWorld::Told& told : progress) {
    CHECK(told.at - before <= 15s);
    before = told.at;
    const std::string said = told.member("progress");
    const int now = said.empty() ? 0 : std::stoi(said);
    CHECK(now >= percent);
    percent = now;
  }
  CHECK(percent == 98);
  CHECK(progress[2].member("line") == "[4%] compiling");
  CHECK(progress[2].member("elapsed_ms") == "30000");
  CHECK(w.entries(LedgerKind::command_progress).size() == 60);
  CHECK(done.ended - before <= 15s);
}

TEST_CASE("what the user hears of a command", "[tools][REQ-072][REQ-080]") {
  ToolWorld w(hardened({"p"}));
  w.processes.install("p", exits(0, "hello\n"));
  w.call({"run_command", R"({"argv":["p","two words"]})"});
  REQUIRE(w.told.size() == 3);
  CHECK(w.told[0].kind == "intent");
  CHECK(w.told[0].member("text") == "I am going to run: p 'two words'");
  CHECK(w.told[0].member("call_id") == "call_1");
  CHECK(w.told[1].kind == "command");
  CHECK(w.told[1].member("state") == "started");
  CHECK(w.told[1].member("command") == "p 'two words'");
  CHECK(w.told[1].member("timeout_ms") == "60000");
  CHECK(w.told[1].json.find("pid") == std::string::npos);
  CHECK(w.told[2].member("state") == "ended");
  CHECK(w.told[2].member("exit_code") == "0");
  CHECK(w.told[2].json.find("hello") == std::string::npos);
}

TEST_CASE("a command has its time and no more", "[tools][REQ-078]") {
  struct Row {
    const char* profile;
    int timeout;
    world::Nanos after;
  };
  const Row rows[] = {{"hardened", 0, 60s},
                      {"hardened", 900, 900s},
                      {"legacy", 900, 60s},
                      {"kills_at_60s", 900, 60s},
                      {"kills_at_60s", 30, 30s}};
  for (const Row& row : rows) {
    CAPTURE(row.profile);
    CAPTURE(row.timeout);
    agent::Config config = profile(row.profile);
    config.commands.allow = {"p"};
    ToolWorld w(config);
    w.processes.install("p", program(10h));
    const ToolWorld::Done done = w.call(run("p", row.timeout));
    CHECK(done.member("exit_reason") == "timeout");
    CHECK(world::since_start(done.ended) - row.after < 10ms);
    CHECK(world::since_start(done.ended) >= row.after);
  }
}

TEST_CASE("who is cancelled takes the command along", "[tools][REQ-081]") {
  struct Row {
    const char* what;
    SimScript script;
    world::Nanos takes;
  };
  SimScript graceful = program(10h);
  graceful.on_terminate = SimScript::OnTerminate::finishes;
  graceful.last_steps = {{3s, "bye\n"}};
  const Row rows[] = {{"dies at once", program(10h), 0s},
                      {"tidies up first", graceful, 3s},
                      {"does not listen", deaf(), 5s}};
  for (const Row& row : rows) {
    CAPTURE(row.what);
    ToolWorld w(hardened({"p"}));
    w.processes.install("p", row.script);
    const ToolWorld::Done done = w.call(run("p", 900, 100s));
    CHECK_FALSE(done.answer.has_value());
    CHECK(done.ended == world::at(100s + row.takes));
    const auto cancelled = w.entries(LedgerKind::command_cancelled);
    const auto ended = w.entries(LedgerKind::command_ended);
    REQUIRE(cancelled.size() == 1);
    REQUIRE(ended.size() == 1);
    CHECK(cancelled[0].at == world::at(100s));
    CHECK(ended[0].at == done.ended);
    CHECK(ended[0].to == "cancelled");
  }
}

TEST_CASE("who is cancelled before the command began runs none", "[tools][REQ-081]") {
  ToolWorld w(hardened({"p"}));
  w.processes.install("p", program(1s));
  const ToolWorld::Done done = w.call(run("p", 0, 500us));  // the books take 1 ms
  CHECK_FALSE(done.answer.has_value());
  CHECK(w.processes.started().empty());
  CHECK(w.entries(LedgerKind::command_started).empty());
}

TEST_CASE("nothing is begun that is not written down", "[tools][REQ-025]") {
  ToolWorld w(hardened({"p"}));
  w.processes.install("p", program(1s));
  SECTION("written down first") {
    w.call(run("p"));
    REQUIRE(w.effects.size() == 1);
    REQUIRE(w.entries(LedgerKind::command_started).size() == 1);
    CHECK(w.effects[0] <= w.entries(LedgerKind::command_started)[0].at);
    CHECK(w.processes.started().size() == 1);
  }
  SECTION("it cannot be") {
    w.books_are_kept = false;
    const ToolWorld::Done done = w.call(run("p"));
    REQUIRE(done.answer);
    CHECK(done.answer->end == ToolEnd::refused);
    CHECK(w.processes.started().empty());
  }
  SECTION("a wrong call has no effect to be written down") {
    const ToolWorld::Done done = w.call({"run_command", R"({"argv":[]})"});
    REQUIRE(done.answer);
    CHECK(done.answer->end == ToolEnd::refused);
    CHECK(w.effects.empty());
    CHECK(w.processes.started().empty());
  }
}

TEST_CASE("a command gets words, not a shell's line, and nothing of our environment",
          "[tools][REQ-100][REQ-108]") {
  ToolWorld w(hardened({"p"}));
  w.processes.install("p", program(1s));
  w.call({"run_command", R"x({"argv":["p","a; b","$(c)","| d"]})x"});
  REQUIRE(w.processes.started().size() == 1);
  const world::Command& command = w.processes.started()[0];
  CHECK(command.argv == std::vector<std::string>{"p", "a; b", "$(c)", "| d"});
  CHECK_FALSE(command.inherit_environment);
  for (const auto& [name, value] : command.environment) {
    CAPTURE(value);
    CHECK((name == "PATH" || name == "LANG"));
  }
}

TEST_CASE("only so many commands run at once", "[tools]") {
  agent::Config config = hardened({"p"});
  config.commands.running_max = 2;
  ToolWorld w(config);
  w.processes.install("p", program(10s));
  std::vector<ToolWorld::Calling> callings(3, run("p"));
  callings[2].at = 1s;
  const auto all = w.call_all(callings);
  CHECK(all[0].member("exit_code") == "0");
  CHECK(all[1].member("exit_code") == "0");
  REQUIRE(all[2].answer);
  CHECK(all[2].answer->end == ToolEnd::refused);
  CHECK(w.call(run("p")).member("exit_code") == "0");
}

TEST_CASE("a command that prints without end ends at its time", "[tools]") {
  ToolWorld w(hardened({"yes"}));
  SimScript script = program(20s);
  for (int i = 0; i < 200; ++i) script.steps.push_back({0s, std::string(65'536, 'y')});
  w.processes.install("yes", script);
  std::vector<ToolWorld::Calling> callings = {run("yes", 10)};
  const auto all = w.call_all(callings);
  CHECK(all[0].member("exit_reason") == "timeout");
  CHECK(all[0].member("truncated") == "true");
  CHECK(all[0].ended < world::at(11s));
}
