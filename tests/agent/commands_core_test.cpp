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

  void start() {
    w.agent.reset();
    std::vector<agent::Provider> providers;
    for (const auto& [name, endpoint] : w.fake.endpoints()) {
      agent::Provider provider{name, endpoint, "fake-1", {}, {}};
      providers.push_back(std::move(provider));
    }
    agent::Outside outside;
    outside.store = &store;
    outside.processes = &processes;
    w.agent = std::make_unique<agent::Agent>(
        w.world.clock, w.world.network, config, providers,
        [this](const agent::LedgerEntry& entry) { w.ledger.push_back(entry); }, world::Random(1),
        outside);
  }
};

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("the model runs a command and hears what it printed", "[commands][agent]") {
  CommandCore core(program(20s, {{1s, "all built\n"}}));
  const std::vector<Got> got = core.w.ask_all({turn(0s, {1, 0, 0}, false, 200)});
  CAPTURE(got[0].body);
  CHECK(got[0].status == 200);
  CHECK(holds(got[0].body, "all built"));
  CHECK(core.w.entries(LedgerKind::command_started, "u1.s0.t0").size() == 1);
  CHECK(core.w.entries(LedgerKind::command_ended, "u1.s0.t0").size() == 1);
  CHECK(core.processes.started().size() == 1);
}

TEST_CASE("a stream tells what is done, and how it goes", "[commands][agent][REQ-072][REQ-080]") {
  CommandCore core(program(40s, {{15s, "50%\n"}}));
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

TEST_CASE("who waits in silence is told at the deadline that the command was too slow",
          "[commands][agent][REQ-024][REQ-026]") {
  CommandCore core(program(600s));
  const std::vector<Got> got = core.w.ask_all({turn(0s, {1, 0, 0}, false)});
  CHECK(got[0].status == 504);
  CHECK(got[0].code() == "command_timeout");
  CHECK(got[0].took() <= 61s);
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
