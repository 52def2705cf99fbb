// All tools behind one call: what is offered, and the limit and the breaker of each.
#include <catch2/catch.hpp>

#include "tests/agent/tool_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::LedgerKind;
using agent::ToolEnd;

namespace {

agent::Config with_tools() {
  agent::Config config = profile("hardened");
  config.tools = {"tools"};
  return config;
}

Setup servers(std::vector<fakes::Fault> faults = {}) {
  Setup setup;
  setup.backends = {{"tools", fakes::Backend{}}};
  setup.backends["tools"].dialect = "mcp";
  setup.faults = std::move(faults);
  return setup;
}

fakes::Fault bad(const char* tool, fakes::BadToolHow how, world::Nanos until = 10h) {
  fakes::BadTool action;
  action.how = how;
  fakes::Fault f = fault(action, 0s, world::at(until));
  f.on = {"tools"};
  f.match.model = tool;
  return f;
}

ToolWorld::Calling calling(const char* tool, world::Nanos at = 0s) {
  ToolWorld::Calling c;
  c.name = tool;
  c.arguments = R"({"text":"milk"})";
  c.at = at;
  return c;
}

std::vector<ToolWorld::Calling> every(const char* tool, world::Nanos gap, int times) {
  std::vector<ToolWorld::Calling> all;
  for (int i = 0; i < times; ++i) {
    all.push_back(calling(tool, gap * i));
    all.back().id = "call_" + std::to_string(i);
    all.back().request = "u1.s0.t" + std::to_string(i);
  }
  return all;
}

std::string text_of(const ToolWorld::Done& done) {
  return done.answer ? done.answer->text : "cancelled";
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t i = text.find(what); i != std::string::npos; i = text.find(what, i + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("what is offered is what may be called", "[tools]") {
  SECTION("nothing, and then no tool is on") {
    ToolWorld w(profile("hardened"));
    CHECK_FALSE(w.toolbox->on());
    CHECK(w.offered().empty());
  }
  SECTION("commands only if something is allowed") {
    agent::Config config = profile("hardened");
    config.commands.allow = {"ls"};
    ToolWorld w(config);
    CHECK(w.toolbox->on());
    CHECK(w.offered().starts_with(R"([{"type":"function","function":{"name":"run_command")"));
    CHECK(world::JsonReader(w.offered()).peek() == world::JsonType::array);
    config.commands.enabled = false;
    ToolWorld off(config);
    CHECK_FALSE(off.toolbox->on());
  }
  SECTION("the tools of servers, and our own instead of one of the same name") {
    agent::Config config = with_tools();
    ToolWorld theirs(config, servers());
    CHECK(count_of(theirs.offered(), R"("name":"run_command")") == 1);
    CHECK(theirs.offered().find("There is no shell") == std::string::npos);
    config.commands.allow = {"ls"};
    ToolWorld both(config, servers());
    const std::string list = both.offered();
    CHECK(count_of(list, R"("name":"run_command")") == 1);
    CHECK(list.find("There is no shell") != std::string::npos);
    CHECK(list.find(R"("name":"add_note")") != std::string::npos);
    world::JsonReader reader(list);
    CHECK(reader.take().type == world::JsonType::array);
    CHECK(reader.finished());
  }
}

TEST_CASE("the user hears what will be done before it is done", "[tools][REQ-072]") {
  ToolWorld w(with_tools(), servers());
  const auto done = w.call(calling("add_note"));
  CHECK(text_of(done) == "Noted as number 1.");
  REQUIRE(w.told.size() == 1);
  CHECK(w.told[0].kind == "intent");
  CHECK(w.told[0].member("text") == "I am going to use add_note.");
  REQUIRE(w.effects.size() == 1);
  REQUIRE(w.entries(LedgerKind::tool_called).size() == 1);
  CHECK(w.told[0].at <= w.effects[0]);
  CHECK(w.effects[0] <= w.entries(LedgerKind::tool_called)[0].at);
}

TEST_CASE("what became of a call of a tool", "[tools][REQ-025][REQ-026]") {
  using How = fakes::BadToolHow;
  struct Row {
    const char* what;
    std::vector<fakes::Fault> faults;
    ToolEnd end;
    const char* begins;
    std::size_t calls;
  };
  const char* unknown = "The outcome of this call is unknown";
  const Row rows[] = {
      {"well", {}, ToolEnd::ok, "Noted as number 1.", 1},
      {"says that it failed", {bad("add_note", How::error)}, ToolEnd::failed, "The tool has failed",
       1},
      {"refuses", {bad("add_note", How::rpc_error)}, ToolEnd::failed, "The tool refused the call",
       1},
      {"is slow", {bad("add_note", How::slow)}, ToolEnd::timeout, unknown, 1},
      {"loses its reply", {bad("add_note", How::reply_lost)}, ToolEnd::timeout, unknown, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    ToolWorld w(with_tools(), servers(row.faults));
    const auto done = w.call(calling("add_note"));
    REQUIRE(done.answer);
    CHECK(done.answer->end == row.end);
    CHECK(done.answer->text.starts_with(row.begins));
    CHECK(w.entries(LedgerKind::tool_called).size() == row.calls);
    if (row.end == ToolEnd::timeout) CHECK(done.answer->took >= 10s);
  }
}

TEST_CASE("what cannot be called is said, and touches nothing", "[tools]") {
  ToolWorld w(with_tools(), servers());
  const auto unknown = w.call(calling("no_such_tool"));
  CHECK(text_of(unknown) == "There is no tool named no_such_tool.");
  ToolWorld::Calling wrong = calling("echo");
  wrong.arguments = "[1]";
  CHECK(text_of(w.call(wrong)) == "The arguments are not a JSON object, so nothing was done.");
  CHECK(w.effects.empty());
  CHECK(w.entries(LedgerKind::tool_called).empty());
  CHECK(w.toolbox->key_of({"", "no_such_tool", ""}).empty());
  CHECK(w.toolbox->key_of({"", "echo", ""}) == "tool:echo");
}

TEST_CASE("nothing is called that is not written down first", "[tools][REQ-025]") {
  ToolWorld w(with_tools(), servers());
  w.books_are_kept = false;
  const auto done = w.call(calling("add_note"));
  REQUIRE(done.answer);
  CHECK(done.answer->end == ToolEnd::refused);
  CHECK(w.entries(LedgerKind::tool_called).empty());
}

TEST_CASE("the breaker of a tool is the one of providers, and leaves its neighbours alone",
          "[tools][breaker][REQ-001][REQ-002][REQ-003][REQ-006][REQ-008]") {
  ToolWorld w(with_tools(), servers({bad("echo", fakes::BadToolHow::error, 20s)}));
  std::vector<ToolWorld::Calling> callings = every("echo", 1s, 10);
  const std::size_t echoes = callings.size();
  for (const auto& c : every("add_note", 1s, 10)) callings.push_back(c);
  for (int i = 0; i < 3; ++i) callings.push_back(calling("echo", 70s + 1s * i));
  const auto all = w.call_all(callings);
  for (std::size_t i = 0; i < 5; ++i) CHECK(text_of(all[i]).starts_with("The tool has failed"));
  for (std::size_t i = 5; i < echoes; ++i) {
    CAPTURE(text_of(all[i]));
    REQUIRE(all[i].answer);
    CHECK(all[i].answer->end == ToolEnd::refused);
    CHECK(text_of(all[i]).starts_with("Circuit breaker open for tool:echo. Retry after "));
    CHECK(text_of(all[i]).ends_with("s"));
  }
  for (std::size_t i = echoes; i < 2 * echoes; ++i) {
    CHECK(text_of(all[i]).starts_with("Noted as number "));
  }
  for (std::size_t i = 2 * echoes; i < all.size(); ++i) CHECK(text_of(all[i]) == "milk");

  std::vector<std::string> moves;
  for (const auto& e : w.entries(LedgerKind::breaker)) {
    CHECK(e.key == "tool:echo");
    moves.push_back(e.from + " to " + e.to);
  }
  CHECK(moves == std::vector<std::string>{"closed to open", "open to half_open",
                                          "half_open to closed"});
  CHECK(w.entries(LedgerKind::rejected).size() == 5);
  CHECK(w.entries(LedgerKind::called).size() == w.entries(LedgerKind::call_ended).size());
}

TEST_CASE("a program that hangs opens its own breaker, not that of others",
          "[tools][breaker][REQ-002][REQ-003]") {
  agent::Config config = profile("hardened");
  config.commands.allow = {"hangs", "works"};
  ToolWorld w(config);
  w.processes.install("hangs", program(10h));
  w.processes.install("works", program(1s));
  std::vector<ToolWorld::Calling> callings;
  for (int i = 0; i < 6; ++i) {
    callings.push_back({"run_command", R"({"argv":["hangs"]})", 10h, 70s * i});
  }
  callings.push_back({"run_command", R"({"argv":["works"]})", 10h, 360s});
  const auto all = w.call_all(callings);
  for (std::size_t i = 0; i < 5; ++i) CHECK(all[i].member("exit_reason") == "timeout");
  CHECK(text_of(all[5]).starts_with("Circuit breaker open for tool:run_command.hangs. Retry"));
  CHECK(all[6].member("exit_reason") == "exited");
}

TEST_CASE("a call that was cancelled says nothing of its tool", "[tools][breaker][REQ-011]") {
  ToolWorld w(with_tools(), servers({bad("echo", fakes::BadToolHow::slow)}));
  std::vector<ToolWorld::Calling> callings = every("echo", 3s, 8);
  for (auto& c : callings) c.patience = 2s;
  w.call_all(callings);
  CHECK(w.entries(LedgerKind::breaker).empty());
  const auto ended = w.entries(LedgerKind::call_ended);
  REQUIRE(ended.size() == 8);
  for (const auto& e : ended) CHECK(e.from == "cancelled");
}

TEST_CASE("calls of a tool are limited", "[tools][REQ-041][REQ-043]") {
  agent::ToolRateConfig rate;
  rate.rate_limit = true;
  rate.calls_per_minute = 10;
  rate.calls_per_task = 0;
  rate.cooldown_ms = 0;
  rate.burst_size = 0;
  SECTION("by the minute, for a user") {
    ToolWorld w(with_tools(), servers(), rate);
    const auto all = w.call_all(every("echo", 100ms, 11));
    for (std::size_t i = 0; i < 10; ++i) CHECK(text_of(all[i]) == "milk");
    CHECK(text_of(all[10]) == "Rate limit exceeded for echo: 10 calls per minute");
    CHECK(w.entries(LedgerKind::tool_called).size() == 10);
  }
  SECTION("by the task, and a task that has ended counts no more") {
    rate.calls_per_minute = 100;
    rate.calls_per_task = 2;
    ToolWorld w(with_tools(), servers(), rate);
    auto callings = every("echo", 100ms, 3);
    for (auto& c : callings) c.request = "job";
    const auto all = w.call_all(callings);
    CHECK(text_of(all[1]) == "milk");
    CHECK(text_of(all[2]) == "Rate limit exceeded for echo: 2 calls per task");
    w.toolbox->end_task("job");
    auto again = calling("echo");
    again.request = "job";
    CHECK(text_of(w.call(again)) == "milk");
  }
  SECTION("and run_command like all others") {
    agent::Config config = profile("hardened");
    config.commands.allow = {"p"};
    ToolWorld w(config, ToolWorld::without_servers(), rate);
    w.processes.install("p", program(1s));
    std::vector<ToolWorld::Calling> callings(11, {"run_command", R"({"argv":["p"]})"});
    for (std::size_t i = 0; i < 11; ++i) callings[i].at = 100ms * static_cast<int>(i);
    const auto all = w.call_all(callings);
    CHECK(text_of(all[10]) == "Rate limit exceeded for run_command: 10 calls per minute");
    CHECK(w.processes.started().size() == 10);
  }
}

TEST_CASE("who waits for a limit is told how long", "[tools][REQ-044]") {
  agent::ToolRateConfig rate;
  rate.rate_limit = true;
  rate.calls_per_minute = 1;
  rate.calls_per_task = 0;
  rate.cooldown_ms = 5'000;
  rate.burst_size = 0;
  ToolWorld w(with_tools(), servers(), rate);
  const auto all = w.call_all(every("echo", 1s, 2));
  CHECK(text_of(all[1]) == "milk");
  CHECK(all[1].ended >= world::at(60s));
  const auto cooldown = w.heard("cooldown");
  REQUIRE(cooldown.size() == 1);
  CHECK(cooldown[0].member("tool") == "echo");
  CHECK(cooldown[0].member("call_id") == "call_1");
  CHECK(std::stoi(cooldown[0].member("wait_ms")) >= 5'000);
}

TEST_CASE("what is turned away by its breaker counts for no limit", "[tools]") {
  agent::ToolRateConfig rate;
  rate.rate_limit = true;
  rate.calls_per_minute = 6;
  rate.calls_per_task = 0;
  rate.cooldown_ms = 0;
  rate.burst_size = 0;
  ToolWorld w(with_tools(), servers({bad("echo", fakes::BadToolHow::error)}), rate);
  w.call_all(every("echo", 1s, 20));
  CHECK(w.limiter->calls("u1", "echo") == 5);
}

TEST_CASE("how long a call may take", "[tools][REQ-026]") {
  agent::Config config = with_tools();
  config.commands.allow = {"p"};
  ToolWorld w(config, servers());
  CHECK(w.toolbox->longest({"", "echo", "{}"}) == 10s);
  CHECK(w.toolbox->longest({"", "run_command", R"({"argv":["p"]})"}) == 67s);
  CHECK(w.toolbox->longest({"", "run_command", R"({"argv":["p"],"timeout_seconds":900})"}) == 907s);
  CHECK(w.toolbox->longest({"", "run_command", R"({"argv":["q"]})"}) == 0s);
}

TEST_CASE("who waits in silence is told in time, and the command ends behind that",
          "[tools][REQ-024][REQ-026]") {
  agent::Config config = profile("hardened");
  config.commands.allow = {"deaf"};
  config.commands.progress_every = 1s;
  ToolWorld w(config);
  world::SimScript deaf = program(600s);
  deaf.on_terminate = world::SimScript::OnTerminate::ignores;
  w.processes.install("deaf", deaf);
  ToolWorld::Calling calling;
  calling.name = "run_command";
  calling.arguments = R"({"argv":["deaf"],"timeout_seconds":900})";
  calling.until = 60s;
  const auto done = w.call(calling);
  REQUIRE(done.answer);
  CHECK(done.answer->end == ToolEnd::timeout);
  CHECK(done.answer->took == 65s);
  CHECK(done.ended == world::at(65s));
  REQUIRE_FALSE(w.told.empty());
  CHECK(w.told.back().kind == "too late");  // and not a word after that
  CHECK(w.told.back().at == world::at(60s));
  REQUIRE(w.entries(LedgerKind::command_ended).size() == 1);
  CHECK(w.entries(LedgerKind::command_ended)[0].to == "cancelled");
  CHECK(w.entries(LedgerKind::breaker).empty());
}
