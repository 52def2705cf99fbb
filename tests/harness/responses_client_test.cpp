// The client of the Responses API against the fakes, which serve that dialect: whole answers,
// streams, background turns that are polled, cancelled, dropped and resumed.
#include "harness/client/api_clients.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "fakes/reply_text.hpp"
#include "fakes/server.hpp"
#include "harness/client/load_generator.hpp"
#include "prepared_scenario.hpp"
#include "world/http_server.hpp"
#include "world/sim_network.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Failure;
using reports::Operation;
using reports::Outcome;
using world::Task;

namespace {

struct Watcher final : Observer {
  struct Ended {
    Operation op;
    Reply reply;
  };
  void on_sent(const Operation&) override {}
  void on_ended(const Operation& op, const Reply& reply) override {
    ended.push_back({op, reply});
  }
  void on_sequel(const Operation& op, const Sequel& sequel) override {
    sequels.emplace_back(op, sequel);
  }
  void on_conversation_over(std::uint32_t, std::uint32_t) override {}

  std::vector<Ended> ended;
  std::vector<std::pair<Operation, Sequel>> sequels;
};

struct Stage {
  explicit Stage(const std::string& scenario)
      : prepared(test::prepared_from(scenario)), recorder(prepared.layout) {
    fakes::ServerConfig config;
    config.backends = prepared.scenario.backends;
    config.faults = prepared.scenario.faults;
    config.seed = prepared.seed;
    config.listen = {"", 80};
    fakes = std::make_unique<fakes::Server>(
        clock, network, std::move(config),
        [this](const fakes::PromptRecord& prompt) { prompts.push_back(prompt); });
  }

  world::SimClock clock;
  world::SimNetwork network{clock};
  Prepared prepared;
  reports::Recorder recorder;
  Watcher watcher;
  std::unique_ptr<fakes::Server> fakes;
  std::vector<fakes::PromptRecord> prompts;
};

Task<void> drive(Stage& stage) {
  REQUIRE(stage.fakes->open().has_value());
  world::Scope server(stage.clock);
  server.spawn(stage.fakes->serve());
  {
    const world::Endpoint primary{"primary", 80};
    ApiClients client(stage.clock, stage.network, primary, stage.prepared.scenario,
                      world::Random(stage.prepared.seed));
    const LoadInput load{world::Random(stage.prepared.seed), stage.prepared.scenario,
                         stage.prepared.plan};
    LoadGenerator generator(stage.clock, load, client, stage.recorder, stage.watcher);
    auto running = generator.run();
    const bool joined = co_await running;
    CHECK(joined);
    client.close_idle();
  }
  server.cancel();
  co_await server.join_anyway();
}

void run(Stage& stage) {
  REQUIRE(stage.clock.run(drive(stage)));
  CHECK(!stage.recorder.counts().broken_law());
}

std::string scenario(const std::string& load, const std::string& more = "") {
  return "scenario: s\nbackends:\n  primary: {dialect: openai-responses, ttft: 300ms, inter_token: "
         "100ms, output_tokens: 40, queue_time: 2s}\nphases: {a: 10s}\nload:\n  chat: {arrivals: "
         "constant(2/s), users: round_robin(20), sessions: one per request, api: responses" +
         load + "}\nslo: [error_rate < 50%]\n" + more;
}

void check_text(const Watcher::Ended& ended) {
  const world::TurnId turn{ended.op.user, ended.op.session, ended.op.turn};
  CHECK(ended.reply.text.starts_with("[reply " + world::to_text(turn) + "]"));
  CHECK(fakes::check_text(ended.reply.text) == fakes::TextCheck::whole);
}

}  // namespace

TEST_CASE("whole answers of the responses API", "[client][responses]") {
  Stage stage(scenario(""));
  run(stage);
  REQUIRE(stage.watcher.ended.size() == 20);
  for (const Watcher::Ended& ended : stage.watcher.ended) {
    CHECK(ended.op.outcome == Outcome::ok);
    CHECK(ended.op.output_tokens == 40);
    CHECK(ended.reply.id.starts_with("resp_"));
    CHECK(ended.reply.finished);
    CHECK(!ended.reply.job.acknowledged);
    check_text(ended);
  }
  CHECK(stage.watcher.sequels.empty());
  REQUIRE(stage.prompts.size() == 20);
  CHECK(stage.prompts.front().user == "u0");
  CHECK(stage.prompts.front().asked == world::TurnId{0, 0, 0});
}

TEST_CASE("streams of the responses API", "[client][responses]") {
  Stage stage(scenario(", stream: true"));
  run(stage);
  REQUIRE(stage.watcher.ended.size() == 20);
  for (const Watcher::Ended& ended : stage.watcher.ended) {
    CHECK(ended.op.outcome == Outcome::ok);
    CHECK(ended.reply.terminals == 1);
    CHECK(ended.reply.after_terminal == 0);
    CHECK(ended.reply.numbers.missing == 0);
    CHECK(ended.reply.numbers.repeated == 0);
    CHECK(ended.reply.numbers.next > 40);
    CHECK(!ended.reply.whole_differs);
    CHECK(ended.reply.gaps.size() == 39);
    CHECK(ended.op.stall == 100ms);
    const world::Nanos ttft = *latency_of(ended.op, reports::Latency::ttft);
    CHECK(ttft >= 300ms);
    CHECK(ttft < 310ms);
    check_text(ended);
  }
}

TEST_CASE("background turns are polled until they have ended", "[client][responses][REQ-079]") {
  Stage stage(scenario(", background: true, poll: 1s"));
  run(stage);
  REQUIRE(stage.watcher.ended.size() == 20);
  for (const Watcher::Ended& ended : stage.watcher.ended) {
    CHECK(ended.op.outcome == Outcome::ok);
    check_text(ended);
    // 2 s in the queue, then 300 ms and 39 gaps of 100 ms: 6.2 s, seen by the poll at 7 s.
    const world::Nanos took = *latency_of(ended.op, reports::Latency::response);
    CHECK(took >= 7s);
    CHECK(took < 7'100ms);
    const JobSeen& job = ended.reply.job;
    CHECK(job.acknowledged);
    CHECK(job.polls == 7);
    CHECK(job.polls_failed == 0);
    REQUIRE(job.sightings.size() == 3);
    CHECK(job.sightings[0].status == JobStatus::queued);
    CHECK(job.sightings[1].status == JobStatus::in_progress);
    CHECK(job.sightings[2].status == JobStatus::completed);
  }
  // Each poll is a value of the metric, and one more look follows the end.
  CHECK(stage.recorder.histogram(reports::Latency::status).count() == 140);
  REQUIRE(stage.watcher.sequels.size() == 20);
  for (const auto& [op, sequel] : stage.watcher.sequels) {
    CHECK(sequel.kind == Sequel::Kind::look);
    CHECK(sequel.status == JobStatus::completed);
    CHECK(sequel.at - op.last_event >= 1s);
  }
}

TEST_CASE("background streams", "[client][responses]") {
  Stage stage(scenario(", background: true, stream: true"));
  run(stage);
  REQUIRE(stage.watcher.ended.size() == 20);
  for (const Watcher::Ended& ended : stage.watcher.ended) {
    CHECK(ended.op.outcome == Outcome::ok);
    CHECK(ended.reply.job.acknowledged);
    CHECK(ended.reply.job.polls == 0);
    CHECK(ended.reply.job.sightings.size() == 3);
    CHECK(ended.reply.numbers.resumed == 0);
    check_text(ended);
  }
}

TEST_CASE("dropped streams are resumed without gap or repetition",
          "[client][responses][REQ-084]") {
  Stage stage(scenario(
      ", background: true, stream: true, reconnects: {after: \"uniform(1s, 3s)\"}"));
  run(stage);
  REQUIRE(stage.watcher.ended.size() == 20);
  for (const Watcher::Ended& ended : stage.watcher.ended) {
    CHECK(ended.op.outcome == Outcome::ok);
    CHECK(ended.reply.numbers.resumed >= 1);
    CHECK(ended.reply.numbers.missing == 0);
    CHECK(ended.reply.numbers.repeated == 0);
    CHECK(ended.reply.terminals == 1);
    CHECK(!ended.reply.whole_differs);
    check_text(ended);
  }
}

TEST_CASE("a share of the turns reconnects", "[client][responses]") {
  Stage stage(
      scenario(", background: true, stream: true, reconnects: {after: 2s, share: 50%}"));
  run(stage);
  int resumed = 0;
  for (const Watcher::Ended& ended : stage.watcher.ended) {
    CHECK(ended.op.outcome == Outcome::ok);
    if (ended.reply.numbers.resumed > 0) ++resumed;
  }
  CHECK(resumed > 4);
  CHECK(resumed < 16);
}

TEST_CASE("background turns are cancelled as wished, twice with the same answer",
          "[client][responses][REQ-081]") {
  for (const char* more : {"", ", stream: true"}) {
    DYNAMIC_SECTION("background: true" << more) {
      const std::string cancelled = ", background: true, poll: 1s, cancels: {after: 3s}";
      Stage stage(scenario(cancelled + more));
      run(stage);
      REQUIRE(stage.watcher.ended.size() == 20);
      for (const Watcher::Ended& ended : stage.watcher.ended) {
        CHECK(name_of(ended.op.outcome) == name_of(Outcome::cancelled));
        CHECK(ended.op.failure == Failure::cancelled);
        CHECK(ended.op.last_event - ended.op.planned >= 3s);
        CHECK(ended.op.last_event - ended.op.planned < 4'100ms);
        const JobSeen& job = ended.reply.job;
        CHECK(job.cancel_status == 200);
        CHECK(job.cancel_again_status == 200);
        CHECK(job.cancel_difference == "");
        CHECK(job.last() == JobStatus::cancelled);
      }
      CHECK(stage.recorder.counts().failed() == 0);
    }
  }
}

TEST_CASE("a cancel that comes too late changes nothing", "[client][responses][REQ-082]") {
  Stage stage(scenario(", background: true, poll: 7s, cancels: {after: 6500ms}"));
  run(stage);
  for (const Watcher::Ended& ended : stage.watcher.ended) {
    CHECK(ended.op.outcome == Outcome::ok);
    CHECK(ended.reply.job.cancel_status == 200);
    CHECK(ended.reply.job.cancel_again_status == 200);
    CHECK(ended.reply.job.cancel_difference == "");
    check_text(ended);
  }
}

TEST_CASE("a stuck background turn is over with the user's patience", "[client][responses]") {
  Stage stage(scenario(", background: true, poll: 1s",
                       "faults: [{id: f, on: backends.primary, stuck_in_queue: {}}]\n"
                       "client: {timeout: 20s}\n"));
  run(stage);
  for (const Watcher::Ended& ended : stage.watcher.ended) {
    CHECK(ended.op.outcome == Outcome::timeout);
    CHECK(ended.reply.job.acknowledged);
    CHECK(ended.reply.job.last() == JobStatus::queued);
  }
}

TEST_CASE("failures of streams and answers", "[client][responses]") {
  SECTION("a refusal") {
    Stage stage(scenario("", "faults: [{id: f, on: backends.primary, status: 503}]\n"));
    run(stage);
    for (const Watcher::Ended& ended : stage.watcher.ended) {
      CHECK(ended.op.failure == Failure::http_status);
      CHECK(!ended.reply.error_body.empty());
    }
  }
  SECTION("too many requests") {
    Stage stage(scenario(", stream: true",
                         "faults: [{id: f, on: backends.primary, rate_limit: 2s}]\n"));
    run(stage);
    for (const Watcher::Ended& ended : stage.watcher.ended) {
      CHECK(ended.op.failure == Failure::rate_limited);
      CHECK(ended.reply.retry_after == 2s);
    }
  }
  SECTION("a stream that is cut, in the foreground") {
    Stage stage(scenario(
        ", stream: true",
        "faults: [{id: f, on: backends.primary, cut: {after_events: 6, end: rst}}]\n"));
    run(stage);
    for (const Watcher::Ended& ended : stage.watcher.ended) {
      CHECK(ended.op.outcome == Outcome::error);
      CHECK(name_of(ended.op.failure) == name_of(Failure::reset));
      CHECK(ended.reply.terminals == 0);
    }
  }
  SECTION("a stream that is cut, in the background") {
    Stage stage(scenario(
        ", stream: true, background: true",
        "faults: [{id: f, on: backends.primary, cut: {after_events: 6, end: rst}}]\n"));
    run(stage);
    for (const Watcher::Ended& ended : stage.watcher.ended) {
      CHECK(ended.op.outcome == Outcome::ok);
      CHECK(ended.reply.numbers.resumed == 1);
      check_text(ended);
    }
  }
  SECTION("an error that comes as an event") {
    Stage stage(scenario(
        ", stream: true", "faults: [{id: f, on: backends.primary, stream_error: {}}]\n"));
    run(stage);
    for (const Watcher::Ended& ended : stage.watcher.ended) {
      CHECK(ended.op.failure == Failure::bad_response);
    }
  }
}

TEST_CASE("copies of a request have their own answers", "[client][responses][REQ-029]") {
  // The fake knows no keys, so that each copy is carried out: what the oracle must see.
  Stage stage(scenario(", idempotency: {duplicates: 2, share: 100%}"));
  run(stage);
  CHECK(stage.watcher.ended.size() == 20);
  CHECK(stage.prompts.size() == 60);
  REQUIRE(stage.watcher.sequels.size() == 40);
  std::map<std::string, int> copies;
  for (const auto& [op, sequel] : stage.watcher.sequels) {
    CHECK(sequel.kind == Sequel::Kind::copy);
    CHECK(sequel.outcome == Outcome::ok);
    CHECK(sequel.id.starts_with("resp_"));
    ++copies[reports::turn_text(op)];
  }
  for (const auto& [turn, count] : copies) CHECK(count == 2);
  // Some at once, the others behind the end.
  int at_once = 0;
  for (const auto& prompt : stage.prompts) {
    for (const Watcher::Ended& ended : stage.watcher.ended) {
      const world::TurnId turn{ended.op.user, ended.op.session, ended.op.turn};
      if (prompt.attempt > 1 && prompt.asked == turn && prompt.at < ended.op.last_event) ++at_once;
    }
  }
  CHECK(at_once > 0);
  CHECK(at_once < 40);
  CHECK(at_once % 2 == 0);
}

namespace {

Task<void> refuse(std::vector<world::HttpRequest>& seen, world::HttpServerConnection& connection,
                  world::HttpRequest request) {
  seen.push_back(std::move(request));
  world::HttpResponse response;
  response.status = 400;
  const auto sent = co_await connection.respond(std::move(response));
  static_cast<void>(sent);
}

// Sends the first request of the plan to a target that refuses it.
Task<void> ask_once(world::SimClock& clock, world::SimNetwork& network, const Prepared& prepared,
                    std::vector<world::HttpRequest>& seen) {
  const world::Endpoint at{"target", 80};
  auto listener = network.listen(at);
  const world::HttpHandler handler = [&seen](world::HttpServerConnection& connection,
                                             world::HttpRequest request) {
    return refuse(seen, connection, std::move(request));
  };
  world::Scope server(clock);
  server.spawn(world::serve_http(clock, **listener, handler, world::HttpServerOptions()));
  ApiClients client(clock, network, at, prepared.scenario, world::Random(7));
  Operation op;
  Reply reply;
  auto asking = client.ask(prepared.plan.requests.front(), 0, op, reply);
  const bool done = co_await asking;
  CHECK(done);
  client.close_idle();
  server.cancel();
  co_await server.join_anyway();
}

}  // namespace

TEST_CASE("the tier, the deadline and a key go where they belong", "[client][responses]") {
  const std::string text = R"yaml(scenario: s
backends: {primary: {}}
phases: {a: 10s}
load:
  chat:
    {arrivals: constant(1/s), API, tier: flex, deadline: 30s, idempotency: {duplicates: 0},
     degraded: false}
slo: [error_rate < 50%]
)yaml";
  for (const std::string api : {"api: chat", "api: responses"}) {
    DYNAMIC_SECTION(api) {
      std::string of_api = text;
      of_api.replace(of_api.find("API"), 3, api);
      const Prepared prepared = test::prepared_from(of_api);
      world::SimClock clock;
      world::SimNetwork network{clock};
      std::vector<world::HttpRequest> requests;
      REQUIRE(clock.run(ask_once(clock, network, prepared, requests)));
      REQUIRE(requests.size() == 1);
      CHECK(requests[0].body.find(R"("service_tier":"flex")") != std::string::npos);
      CHECK(requests[0].body.find(R"("agentcore":{"allow_degraded":false})") !=
            std::string::npos);
      CHECK(requests[0].headers.get("x-request-timeout-ms") == "30000");
      CHECK(requests[0].headers.get("idempotency-key") == "0000000000000007-u0.s0.t0");
      CHECK(requests[0].headers.get("x-request-id") == "u0.s0.t0");
    }
  }
}
