// The clients of the Responses API and of keys against a target that is written by hand: what they
// ask for in which order, and what they make of answers that no sound target gives.
#include <catch2/catch.hpp>

#include "harness/client/api_clients.hpp"
#include "prepared_scenario.hpp"
#include "world/deadline.hpp"
#include "world/http_server.hpp"
#include "world/sim_network.hpp"

using namespace harness;
using namespace std::chrono_literals;
using reports::Failure;
using reports::Operation;
using reports::Outcome;
using world::Task;

namespace {

struct Step {
  std::string asks;   // "GET /v1/responses/resp_1"
  std::string bytes;  // the whole answer; empty: none, and silence unless it resets
  bool resets = false;  // behind the bytes, without an end
};

struct Stage {
  Stage(const std::string& load, std::vector<Step> answers)
      : prepared(test::prepared_from("scenario: s\nbackends: {primary: {}}\nphases: {a: 10s}\n"
                                     "client: {timeout: 60s}\n"
                                     "load: {chat: {arrivals: constant(1/s), " +
                                     load + "}}\nslo: [error_rate < 50%]\n")),
        steps(std::move(answers)) {}

  world::SimClock clock;
  world::SimNetwork network{clock};
  Prepared prepared;
  std::vector<Step> steps;
  std::vector<std::string> asked;  // beyond the script too
  std::vector<std::string> ids;    // x-request-id of each POST
  Operation op;
  Reply reply;
  bool ended = false;
};

Task<void> play(Stage& stage, world::HttpServerConnection& connection,
                world::HttpRequest request) {
  const std::size_t n = stage.asked.size();
  stage.asked.push_back(request.method + " " + request.target);
  stage.ids.emplace_back(request.headers.get("x-request-id"));
  const bool silent =
      n >= stage.steps.size() || (stage.steps[n].bytes.empty() && !stage.steps[n].resets);
  if (silent) {
    co_await connection.wait_for_close();
    co_return;
  }
  const Step& step = stage.steps[n];
  if (!step.bytes.empty()) {
    std::string bytes = step.bytes;
    const auto sent = co_await connection.send_raw(std::move(bytes));
    static_cast<void>(sent);
  }
  if (step.resets) {
    // Behind what was written: a reset would overtake it.
    co_await stage.clock.sleep(1ms);
    connection.reset();
  }
  connection.close_after();
}

Task<void> ask(Stage& stage) {
  const world::Endpoint at{"target", 80};
  auto listener = stage.network.listen(at);
  const world::HttpHandler handler = [&stage](world::HttpServerConnection& connection,
                                              world::HttpRequest request) {
    return play(stage, connection, std::move(request));
  };
  world::Scope server(stage.clock);
  server.spawn(world::serve_http(stage.clock, **listener, handler, world::HttpServerOptions()));
  {
    ApiClients client(stage.clock, stage.network, at, stage.prepared.scenario, world::Random(7));
    const PlannedRequest& request = stage.prepared.plan.requests.front();
    stage.op.streamed = request.stream;
    auto asking = client.ask(request, 0, stage.op, stage.reply);
    const auto done =
        co_await world::with_deadline(stage.clock, world::at(60s), std::move(asking));
    stage.ended = done.has_value();
    client.close_idle();
  }
  server.cancel();
  co_await server.join_anyway();
}

void run(Stage& stage) { REQUIRE(stage.clock.run(ask(stage))); }

std::string json(const std::string& body, int status = 200) {
  return "HTTP/1.1 " + std::to_string(status) + " x\r\ncontent-type: application/json\r\n" +
         "connection: close\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string response(const std::string& status, const std::string& text = "") {
  std::string output;
  if (!text.empty()) {
    output = R"({"type":"message","content":[{"type":"output_text","text":")" + text + R"("}]})";
  }
  return R"({"id":"resp_1","object":"response","status":")" + status +
         R"(","error":null,"output":[)" + output + "]}";
}

std::string stream(const std::string& events) {
  return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n" + events;
}

std::string event(int number, const std::string& type, const std::string& members) {
  return "event: " + type + "\ndata: {\"type\":\"" + type +
         "\",\"sequence_number\":" + std::to_string(number) + "," + members + "}\n\n";
}
std::string state(int number, const std::string& type, const std::string& status,
                  const std::string& text = "") {
  return event(number, "response." + type, "\"response\":" + response(status, text));
}
std::string delta(int number, const std::string& text) {
  return event(number, "response.output_text.delta", R"("delta":")" + text + "\"");
}

const std::string kPost = "POST /v1/responses";
const std::string kGet = "GET /v1/responses/resp_1";
const std::string kCancel = "POST /v1/responses/resp_1/cancel";

const std::string kBackground = "api: responses, background: true, poll: 1s";
const std::string kStreamed = "api: responses, background: true, stream: true";

}  // namespace

TEST_CASE("states are read off every answer", "[client][responses]") {
  Stage stage(kBackground, {{kPost, json(response("queued"), 202)},
                            {kGet, json(response("in_progress"))},
                            {kGet, json(response("completed", "Hi"))}});
  run(stage);
  CHECK(stage.asked == std::vector<std::string>{kPost, kGet, kGet});
  CHECK(stage.op.outcome == Outcome::ok);
  CHECK(stage.op.http_status == 202);
  CHECK(stage.reply.text == "Hi");
  CHECK(stage.reply.polls.size() == 2);
}

TEST_CASE("a plain call that is promised an answer asks for it", "[client][responses][REQ-078]") {
  Stage stage("api: responses", {{kPost, json(response("in_progress"), 202)},
                                 {kGet, json(response("completed", "Hi"))}});
  run(stage);
  CHECK(stage.asked == std::vector<std::string>{kPost, kGet});
  CHECK(stage.op.outcome == Outcome::ok);
  CHECK(stage.reply.job.acknowledged);
}

TEST_CASE("polls survive an agent that is away", "[client][responses]") {
  Stage stage(kBackground, {{kPost, json(response("queued"))},
                            {kGet, "", true},
                            {kGet, json("{}", 503)},
                            {kGet, json("nonsense")},
                            {kGet, json(response("completed", "Hi"))}});
  run(stage);
  CHECK(stage.asked.size() == 5);
  CHECK(stage.op.outcome == Outcome::ok);
  CHECK(stage.reply.job.polls == 4);
  CHECK(stage.reply.job.polls_failed == 3);
}

TEST_CASE("what is unknown is lost", "[client][responses][REQ-083]") {
  Stage stage(kBackground, {{kPost, json(response("queued"))}, {kGet, json("{}", 404)}});
  run(stage);
  CHECK(stage.asked.size() == 2);
  CHECK(stage.op.failure == Failure::http_status);
  CHECK(stage.op.http_status == 404);
  CHECK(stage.reply.job.lost_status == 404);
}

TEST_CASE("final states and what they are called", "[client][responses]") {
  struct Row {
    std::string status;
    Outcome outcome;
    Failure failure;
  };
  for (const Row& row : {Row{"completed", Outcome::ok, Failure::none},
                         Row{"incomplete", Outcome::ok, Failure::none},
                         Row{"failed", Outcome::error, Failure::bad_response},
                         Row{"cancelled", Outcome::error, Failure::bad_response}}) {
    DYNAMIC_SECTION(row.status) {
      Stage stage(kBackground,
                  {{kPost, json(response("queued"))}, {kGet, json(response(row.status, "Hi"))}});
      run(stage);
      CHECK(name_of(stage.op.outcome) == name_of(row.outcome));
      CHECK(name_of(stage.op.failure) == name_of(row.failure));
    }
  }
  SECTION("completed without a word") {
    Stage stage(kBackground, {{kPost, json(response("completed"))}});
    run(stage);
    CHECK(stage.op.failure == Failure::empty_response);
  }
}

TEST_CASE("an id that could do harm is none", "[client][responses]") {
  Stage stage(kBackground,
              {{kPost, json(R"({"id":"a/../b\r\nx","object":"response","status":"queued"})")}});
  run(stage);
  CHECK(stage.asked.size() == 1);
  CHECK(stage.op.failure == Failure::bad_response);
}

TEST_CASE("a stream that breaks is taken up behind its last event",
          "[client][responses][REQ-084]") {
  const std::string begin = state(0, "queued", "queued") + state(1, "created", "queued") +
                            delta(2, "Hel");
  const std::string rest = delta(3, "lo") + state(4, "completed", "completed", "Hello");
  Stage stage(kStreamed, {{kPost, stream(begin), true},
                          {kGet, "", true},
                          {kGet, stream(rest)}});
  run(stage);
  const std::string again = kGet + "?stream=true&starting_after=2";
  CHECK(stage.asked == std::vector<std::string>{kPost, again, again});
  CHECK(stage.op.outcome == Outcome::ok);
  CHECK(stage.reply.text == "Hello");
  CHECK(stage.reply.numbers.missing == 0);
  CHECK(stage.reply.numbers.repeated == 0);
  CHECK(stage.reply.numbers.resumed == 1);
  CHECK(!stage.reply.whole_differs);
}

TEST_CASE("gaps and repetitions are counted, and repeated text is taken once",
          "[client][responses][REQ-084]") {
  const std::string begin = state(0, "created", "in_progress") + delta(1, "a") + delta(2, "b");
  SECTION("a repetition") {
    Stage stage(kStreamed, {{kPost, stream(begin), true},
                            {kGet, stream(delta(2, "b") + delta(3, "c") +
                                          state(4, "completed", "completed", "abc"))}});
    run(stage);
    CHECK(stage.reply.numbers.repeated == 1);
    CHECK(stage.reply.numbers.missing == 0);
    CHECK(stage.reply.numbers.first_fault == 2);
    CHECK(stage.reply.text == "abc");
  }
  SECTION("a gap") {
    Stage stage(kStreamed, {{kPost, stream(begin), true},
                            {kGet, stream(delta(4, "d") +
                                          state(5, "completed", "completed", "abcd"))}});
    run(stage);
    CHECK(stage.reply.numbers.repeated == 0);
    CHECK(stage.reply.numbers.missing == 1);
    CHECK(stage.reply.numbers.first_fault == 4);
  }
  SECTION("pieces that are not the whole") {
    Stage stage(kStreamed,
                {{kPost, stream(begin + state(3, "completed", "completed", "other"))}});
    run(stage);
    CHECK(stage.reply.whole_differs);
  }
}

TEST_CASE("a stream that cannot be taken up is asked about", "[client][responses]") {
  Stage stage(kStreamed + ", poll: 1s",
              {{kPost, stream(state(0, "created", "in_progress") + delta(1, "a")), true},
               {kGet, json("{}", 410)},
               {kGet, json(response("completed", "all"))}});
  run(stage);
  CHECK(stage.op.outcome == Outcome::ok);
  CHECK(stage.reply.text == "all");
  CHECK(stage.reply.numbers.refused_status == 410);
}

TEST_CASE("a stream without an end, however often it is asked for", "[client][responses]") {
  const std::string begin = stream(state(0, "created", "in_progress"));
  const std::string nothing = stream(": keepalive\n\n");
  Stage stage(kStreamed, {{kPost, begin}, {kGet, nothing}, {kGet, nothing}});
  run(stage);
  CHECK(stage.ended);
  CHECK(stage.asked.size() == 3);
  CHECK(name_of(stage.op.failure) == name_of(Failure::truncated_stream));
}

TEST_CASE("places in the queue and events behind the end", "[client][responses]") {
  Stage stage(kStreamed,
              {{kPost, stream(state(0, "created", "queued") +
                              event(1, "agentcore:queue_position",
                                    R"("position":3,"eta_seconds":45,"reason":"others first")") +
                              delta(2, "Hi") + state(3, "completed", "completed", "Hi") +
                              delta(4, "more") + state(5, "completed", "completed", "Hi") +
                              "data: [DONE]\n\n")}});
  run(stage);
  REQUIRE(stage.reply.notices.size() == 1);
  CHECK(stage.reply.notices[0].position == 3);
  CHECK(stage.reply.notices[0].eta == 45s);
  CHECK(stage.reply.terminals == 2);
  CHECK(stage.reply.after_terminal == 1);
  CHECK(stage.reply.text == "Hi");
}

TEST_CASE("a cancel that is answered in two ways", "[client][responses][REQ-081]") {
  Stage stage(kBackground + ", cancels: {after: 1500ms}",
              {{kPost, json(response("queued"))},
               {kGet, json(response("in_progress"))},
               {kCancel, "", true},
               {kGet, json(response("in_progress"))},
               {kCancel, json(response("cancelled"))},
               {kCancel, json(response("completed", "Hi"))}});
  run(stage);
  CHECK(stage.asked.size() == 6);
  CHECK(stage.asked[4] == kCancel);
  CHECK(stage.op.outcome == Outcome::cancelled);
  CHECK(stage.reply.job.cancel_status == 200);
  CHECK(stage.reply.job.cancel_again_status == 200);
  CHECK(stage.reply.job.cancel_difference == "status completed instead of cancelled");
}

TEST_CASE("requests with a key are sent again when nobody knows what became of them",
          "[client][keys][REQ-029]") {
  const std::string keyed = "api: responses, idempotency: {duplicates: 2, timeout: 5s}";
  SECTION("a connection that broke, and a first that is still being carried out") {
    Stage stage(keyed, {{kPost, "", true},
                        {kPost, json(R"({"error":{}})", 409)},
                        {kPost, json(response("completed", "Hi"))}});
    run(stage);
    CHECK(stage.op.outcome == Outcome::ok);
    CHECK(stage.reply.sendings == 3);
    // Numbers 1 and 2 are those of the copies.
    CHECK(stage.ids == std::vector<std::string>{"u0.s0.t0", "u0.s0.t0~3", "u0.s0.t0~4"});
  }
  SECTION("no answer in time") {
    Stage stage(keyed, {{kPost, json(response("completed", "Hi"))}});
    stage.steps.insert(stage.steps.begin(), Step{kPost, "", false});
    run(stage);
    CHECK(stage.op.outcome == Outcome::ok);
    CHECK(stage.reply.sendings == 2);
  }
  SECTION("an answer is an answer") {
    Stage stage(keyed, {{kPost, json("{}", 503)}});
    run(stage);
    CHECK(stage.asked.size() == 1);
    CHECK(stage.op.http_status == 503);
  }
  SECTION("never without a key") {
    Stage stage("api: responses", {{kPost, "", true}});
    run(stage);
    CHECK(stage.asked.size() == 1);
    CHECK(stage.op.outcome == Outcome::error);
  }
}
