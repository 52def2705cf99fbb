// run_command on real children.
#include <catch2/catch.hpp>
#include <fstream>

#include "agent/tools/run_command.hpp"
#include "tests/support/worlds.hpp"
#include "world/json_reader.hpp"
#include "world/real_processes.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

struct LiveCommands {
  Live world;
  world::RealProcesses processes{world.clock};
  agent::CommandConfig config;
  std::vector<agent::LedgerEntry> ledger;
  agent::Books books{world.clock, [this](const agent::LedgerEntry& e) { ledger.push_back(e); }};
  std::string last_line;  // that progress told
  std::unique_ptr<agent::RunCommand> commands;

  explicit LiveCommands(std::vector<std::string> allow) {
    config.allow = std::move(allow);
    config.kill_after = 0s;
    config.progress_every = 100ms;
  }

  // What the model gets; empty when it was cancelled, which is as soon as a line was printed.
  std::string run(std::string arguments, bool cancel = false) {
    commands = std::make_unique<agent::RunCommand>(
        agent::RunCommand::Parts{world.clock, &processes, config, books});
    std::string text;
    world.clock.run(work(std::move(arguments), cancel, text));
    return text;
  }

  std::string member(const std::string& text, std::string_view name) {
    const world::JsonValue value = world::member_of(text, name);
    return value.type == world::JsonType::string ? value.text() : std::string(value.raw);
  }

 private:
  world::Task<void> call(std::string arguments, std::string& text) {
    agent::ToolCall call;
    call.wanted = {"call_1", "run_command", std::move(arguments)};
    call.tell = [this](std::string_view kind, std::string json) {
      if (kind == "progress") last_line = member(json, "line");
    };
    const agent::ToolAnswer answer = co_await commands->run(call);
    text = answer.text;
  }

  world::Task<void> work(std::string arguments, bool cancel, std::string& text) {
    world::Scope scope(world.clock);
    scope.spawn(call(std::move(arguments), text));
    while (cancel && last_line.empty()) co_await world.clock.sleep(10ms);
    if (cancel) scope.cancel();
    co_await scope.join_anyway();
  }
};

// Whether a process still does anything: a zombie does not.
bool is_alive(const std::string& pid) {
  std::ifstream stat("/proc/" + pid + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return false;
  const std::size_t state = line.rfind(") ");
  return state != std::string::npos && line[state + 2] != 'Z' && line[state + 2] != 'X';
}

world::Task<void> until_gone(world::Clock& clock, std::string pid, bool& gone) {
  for (int i = 0; i < 1'000 && is_alive(pid); ++i) co_await clock.sleep(100ms);
  gone = !is_alive(pid);
}

bool is_soon_gone(LiveCommands& live, const std::string& pid) {
  bool gone = false;
  live.world.clock.run(until_gone(live.world.clock, pid, gone));
  return gone;
}

}  // namespace

TEST_CASE("a real child gets its words and a clean room", "[tools][live][REQ-100][REQ-108]") {
  struct Row {
    const char* program;
    const char* arguments;
    const char* output;
    const char* code;
    const char* reason;
  };
  const Row rows[] = {
      {"printf", R"x({"argv":["printf","%s|","a; b","$(c)","*"]})x", "a; b|$(c)|*|", "0", "exited"},
      {"env", R"({"argv":["env"]})", "PATH=/usr/local/bin:/usr/bin:/bin\nLANG=C.UTF-8\n", "0",
       "exited"},
      {"pwd", R"({"argv":["pwd"]})", "/\n", "0", "exited"},
      {"false", R"({"argv":["false"]})", "", "1", "exited"},
      {"no-such-program", R"({"argv":["no-such-program"]})",
       "shakedown: cannot run 'no-such-program': not found\n", "127", "not_found"},
      {"/etc/passwd", R"({"argv":["/etc/passwd"]})",
       "shakedown: cannot run '/etc/passwd': not executable\n", "126", "not_executable"},
      {"sh", R"({"argv":["sh","-c","exit 127"]})", "", "127", "exited"},
      {"sh", R"({"argv":["sh","-c","kill -9 $$"]})", "", "137", "signal"},
      {"sleep", R"({"argv":["sleep","1000"],"timeout_seconds":1})", "", "124", "timeout"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.arguments);
    LiveCommands live({row.program});
    live.config.directory = "/";
    const std::string text = live.run(row.arguments);
    CHECK(live.member(text, "output") == row.output);
    CHECK(live.member(text, "exit_code") == row.code);
    CHECK(live.member(text, "exit_reason") == row.reason);
  }
}

TEST_CASE("who is cancelled takes the whole tree along", "[tools][live][REQ-081][REQ-104]") {
  const char* rows[] = {
      // deaf, and its child too, which holds the pipe
      R"({"argv":["sh","-c","trap '' TERM; sleep 1000 & echo $!; wait; wait; sleep 1000"]})",
      // the leader goes at once, its child does not listen
      R"({"argv":["sh","-c","(trap '' TERM; sleep 1000) & echo $!; sleep 1000"]})",
      // the child does not even hold the pipe
      R"({"argv":["sh","-c","(trap '' TERM; sleep 1000) >/dev/null 2>&1 & echo $!; sleep 1000"]})",
  };
  for (const char* arguments : rows) {
    CAPTURE(arguments);
    LiveCommands live({"sh"});
    CHECK(live.run(arguments, true).empty());
    REQUIRE_FALSE(live.last_line.empty());
    CHECK(is_soon_gone(live, live.last_line));
    REQUIRE_FALSE(live.ledger.empty());
    CHECK(live.ledger.back().kind == agent::LedgerKind::command_ended);
    CHECK(live.ledger.back().to == "cancelled");
  }
}

TEST_CASE("a pipe that others hold keeps nobody", "[tools][live][REQ-104]") {
  LiveCommands live({"sh"});
  const std::string text = live.run(R"({"argv":["sh","-c","sleep 1000 & echo $!"]})");
  CHECK(live.member(text, "exit_code") == "0");
  std::string pid = live.member(text, "output");
  REQUIRE_FALSE(pid.empty());
  pid.pop_back();
  CHECK(is_soon_gone(live, pid));
}

TEST_CASE("endless output is cut and ends at its time", "[tools][live]") {
  LiveCommands live({"yes"});
  const std::string text = live.run(R"({"argv":["yes"],"timeout_seconds":2})");
  CHECK(live.member(text, "exit_reason") == "timeout");
  CHECK(live.member(text, "truncated") == "true");
}
