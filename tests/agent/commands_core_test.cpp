// Commands through the whole core: a user asks, the model runs a program, and what becomes of both.
#include <catch2/catch.hpp>

#include "agent/jobs/memory_jobs.hpp"
#include "tests/agent/tool_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::LedgerKind;
using world::TurnId;

namespace {

// The core, whose model runs `build` before it answers.
struct CommandCore {
  agent::Config config;
  agent::MemoryJobs store;
  CoreWorld w;
  world::SimProcesses processes;

  CommandCore(world::SimScript build, const std::string& name = "hardened")
      : config(config_of(name)), w(setup_of(config)), processes(w.world.clock) {
    processes.install("build", std::move(build));
    start();
  }
  ~CommandCore() { w.agent.reset(); }

  static agent::Config config_of(const std::string& name) {
    agent::Config config = profile(name);
    config.commands.allow = {"build"};
    return config;
  }

  static Setup setup_of(const agent::Config& config) {
    Setup setup;
    setup.config = config;
    fakes::ReplyRule runs;
    runs.match.tool_results = world::CountRange{0, 0};
    runs.calls = {fakes::ReplyCall{"run_command", R"({"argv":["build"],"timeout_seconds":900})",
                                   {}}};
    fakes::ReplyRule says;
    says.match.tool_results = world::CountRange{1, 100};
    says.text = "it said: {{tool_result}}";
    setup.backends["primary"].replies = {runs, says};
    return setup;
  }

  // The next life of the process.
  void start() {
    w.agent.reset();
    std::vector<agent::Provider> providers;
    for (const auto& [name, endpoint] : w.fake.endpoints()) {
      agent::Provider provider{name, endpoint, "fake-1", {}, {}};
      providers.push_back(std::move(provider));
    }
    w.agent = std::make_unique<agent::Agent>(
        w.world.clock, w.world.network, config, providers,
        [this](const agent::LedgerEntry& entry) { w.ledger.push_back(entry); }, world::Random(1),
        &store, &processes);
  }

  Got call(std::string method, std::string target, std::string body = {}) {
    Got got;
    w.run(exchange(std::move(method), std::move(target), std::move(body), 0s, got));
    return got;
  }
  // And then the process lives on for so long.
  Got call_and_wait(std::string target, std::string body, world::Nanos rest) {
    Got got;
    w.run(exchange("POST", std::move(target), std::move(body), rest, got));
    return got;
  }

 private:
  world::Task<void> exchange(std::string method, std::string target, std::string body,
                             world::Nanos rest, Got& got) {
    world::HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers.add("x-request-id", "u1.s0.t0");
    request.body = std::move(body);
    world::Result<world::HttpExchange> sent = co_await w.client.send(w.at, std::move(request));
    ENSURE(sent.has_value(), "the core must be there");
    got.status = sent->status();
    got.headers = sent->headers();
    for (;;) {
      const world::Result<std::string_view> bytes = co_await sent->read_some();
      if (!bytes || bytes->empty()) break;
      got.body += *bytes;
    }
    got.ended = w.clock().now();
    co_await w.clock().sleep(rest);
  }
};

std::string in_background() { return R"({"model":"m","input":"build it","background":true})"; }

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("the model runs a command and hears what it printed", "[commands][agent]") {
  CommandCore core(program(20s, {{1s, "all built\n"}}));
  const std::vector<Got> got = core.w.ask_all({turn(0s, {1, 0, 0}, false)});
  CHECK(got[0].status == 200);
  CHECK(holds(got[0].body, "all built"));
  CHECK(core.w.entries(LedgerKind::command_started, "u1.s0.t0").size() == 1);
  CHECK(core.w.entries(LedgerKind::command_ended, "u1.s0.t0").size() == 1);
  CHECK(core.processes.started().size() == 1);
}

TEST_CASE("a stream tells what is done, and how it goes", "[commands][agent][REQ-072][REQ-080]") {
  CommandCore core(program(100s, {{50s, "50%\n"}}));
  const std::vector<Got> got = core.w.ask_all({turn(0s, {1, 0, 0}, true)});
  const std::string& body = got[0].body;
  CHECK(holds(body, "[DONE]"));
  const std::size_t intent = body.find("event: agent.intent");
  const std::size_t command = body.find("event: agent.command");
  const std::size_t progress = body.find("event: agent.progress");
  REQUIRE(progress != std::string::npos);
  CHECK(intent < command);
  CHECK(command < progress);
  CHECK(holds(body, R"("progress":50)"));
}

TEST_CASE("a command of ten minutes that is heard of outlives the deadline",
          "[commands][agent][REQ-078]") {
  CommandCore core(program(600s));
  const std::vector<Got> got = core.w.ask_all({turn(0s, {1, 0, 0}, true)});
  CHECK(holds(got[0].body, "[DONE]"));
  CHECK(got[0].took() > 600s);
  CHECK(core.w.entries(LedgerKind::command_ended)[0].to == "exited");
}

TEST_CASE("who waits in silence is told at the deadline that the command was too slow",
          "[commands][agent][REQ-024][REQ-026][REQ-027]") {
  CommandCore core(program(600s));
  const std::vector<Got> got = core.w.ask_all({turn(0s, {1, 0, 0}, false)});
  CHECK(got[0].status == 504);
  CHECK(got[0].code() == "command_timeout");
  CHECK(got[0].took() <= 61s);
  CHECK(holds(got[0].member("execution"), R"("state":"unknown")"));
  CHECK(core.w.entries(LedgerKind::command_ended)[0].to == "cancelled");
}

TEST_CASE("a user who leaves takes the command along", "[commands][agent][REQ-081]") {
  CommandCore core(program(600s));
  CoreWorld::Sending sending = turn(0s, {1, 0, 0}, true);
  sending.patience = 30s;
  core.w.ask_all({sending});
  const auto ended = core.w.entries(LedgerKind::command_ended);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].to == "cancelled");
  CHECK(ended[0].at <= world::at(31s));
}

TEST_CASE("in the background it runs to its end", "[commands][agent][REQ-078][REQ-079]") {
  CommandCore core(program(600s, {{1s, "all built\n"}}));
  const Got posted = core.call_and_wait("/v1/responses", in_background(), 700s);
  CHECK(posted.status < 300);
  CHECK(posted.ended < world::at(5s));
  const Got read = core.call("GET", "/v1/responses/" + posted.member("id"));
  CHECK(read.member("status") == "completed");
  CHECK(holds(read.body, "all built"));
}

TEST_CASE("a command that a crash cut off is not run again, and nobody says that it was not",
          "[commands][agent][REQ-025][REQ-086]") {
  CommandCore core(program(600s));
  const Got posted = core.call_and_wait("/v1/responses", in_background(), 100s);
  REQUIRE(core.processes.started().size() == 1);
  core.start();
  const Got read = core.call("GET", "/v1/responses/" + posted.member("id"));
  CHECK(read.member("status") == "failed");
  CHECK(holds(read.body, "interrupted"));
  CHECK(core.processes.started().size() == 1);
}

TEST_CASE("legacy kills every command after a minute and says nothing on the way",
          "[commands][agent][REQ-078]") {
  CommandCore core(program(600s), "legacy");
  const std::vector<Got> got = core.w.ask_all({turn(0s, {1, 0, 0}, true)});
  const auto ended = core.w.entries(LedgerKind::command_ended);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].to == "timeout");
  CHECK(core.w.entries(LedgerKind::command_progress).empty());
}
