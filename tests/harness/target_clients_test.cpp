// The clients of targets against servers written by hand: what is asked, and what each answer is
// called.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "harness/client/api_clients.hpp"
#include "harness/scenario/loader.hpp"
#include "prepared_scenario.hpp"
#include "world/scope.hpp"
#include "world/sim_network.hpp"

using namespace harness;
using nlohmann::json;
using reports::Failure;
using reports::Operation;
using world::Task;

namespace {

std::string scenario_of(const std::string& target) {
  return "scenario: s\nbackends: {primary: {}}\nphases: {a: 60s}\n"
         "load: {chat: {arrivals: constant(1/s), users: 1, ask: \"How?\"}}\n"
         "slo: [error_rate < 50%]\ntarget: " + target + "\n";
}

const std::string kAnthropic = "{url: http://target:80, dialect: anthropic, model: m}";
const std::string kJson =
    "{url: http://target:80, dialect: json, path: /ask, mapping: {request: {q: \"{text}\", "
    "s: \"{server_session}\", h: \"{messages}\"}, text: /reply, error: /error, session: /sid}}";
const std::string kEvents =
    "{url: http://target:80, dialect: json, mapping: {request: \"{text}\", text: /d, stream: sse, "
    "done: end}}";

struct Stage {
  explicit Stage(const std::string& target) : prepared(test::prepared_from(scenario_of(target))) {}

  world::SimClock clock;
  world::SimNetwork network{clock};
  const Prepared prepared;
  std::vector<std::string> answers;   // one a request, each on a connection of its own
  std::vector<std::string> requests;  // as the server read them
  std::vector<Operation> ops;
  std::vector<Reply> replies;
  std::string trouble;
};

Task<void> serve(Stage& stage, world::Listener& listener) {
  for (const std::string& answer : stage.answers) {
    auto accepted = co_await listener.accept();
    if (!accepted) co_return;
    world::Stream& stream = **accepted;
    char buffer[8'192];
    const auto got = co_await stream.read_some(buffer, sizeof buffer);
    if (!got) co_return;
    stage.requests.emplace_back(buffer, *got);
    const auto written = co_await stream.write_all(answer);
    if (!written) co_return;
  }
}

Task<void> exchange(Stage& stage, bool streamed) {
  const world::Endpoint at{"target", 80};
  world::Scope server(stage.clock);
  auto listener = stage.network.listen(at);
  server.spawn(serve(stage, **listener));
  const Scenario& scenario = stage.prepared.scenario;
  TargetDoor door(at);
  door.path = scenario.target.path;
  door.model = scenario.target.model;
  TargetWatch watch(door, scenario.target);
  ApiClients clients(stage.clock, stage.network, door, scenario, world::Random(7), &watch);
  for (std::size_t i = 0; i < stage.answers.size(); ++i) {
    PlannedRequest request = stage.prepared.plan.requests.at(i);
    request.stream = streamed;
    Operation op;
    Reply reply;
    auto asking = clients.ask(request, 0, op, reply);
    const bool ended = co_await asking;
    CHECK(ended);
    stage.ops.push_back(std::move(op));
    stage.replies.push_back(std::move(reply));
  }
  clients.close_idle();
  stage.trouble = watch.trouble();
  server.cancel();
  co_await server.join_anyway();
}

void run(Stage& stage, bool streamed = false) {
  REQUIRE(stage.clock.run(exchange(stage, streamed)));
}

std::string plain(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\ncontent-type: application/json\r\nconnection: close\r\n"
         "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string events(const std::string& frames) {
  return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n"
         "content-length: " + std::to_string(frames.size()) + "\r\n\r\n" + frames;
}

json body_of(const std::string& request) {
  return json::parse(request.substr(request.find("\r\n\r\n") + 4));
}

std::string message(const std::string& text) {
  return R"({"type":"message","id":"m1","content":[{"type":"text","text":")" + text +
         R"("}],"stop_reason":"end_turn","usage":{"output_tokens":3}})";
}

}  // namespace

TEST_CASE("anthropic: each request has all of its conversation", "[target]") {
  Stage stage(kAnthropic);
  stage.answers = {plain(message("One.")), plain("{}", "500 Oops"), plain(message("Three."))};
  run(stage);
  REQUIRE(stage.requests.size() == 3);
  CHECK(stage.requests[0].rfind("POST /v1/messages HTTP/1.1\r\n", 0) == 0);
  CHECK(stage.requests[0].find("\r\nanthropic-version: ") != std::string::npos);
  CHECK(body_of(stage.requests[0]).at("model") == "m");
  CHECK(body_of(stage.requests[0]).at("messages").size() == 1);
  CHECK(body_of(stage.requests[0]).at("metadata").at("user_id") == "u0");
  const json last = body_of(stage.requests[2]).at("messages");  // without the turn that failed
  REQUIRE(last.size() == 3);
  CHECK(last[1] == json{{"role", "assistant"}, {"content", "One."}});
  CHECK(last[2].at("content").get<std::string>().find("[turn u0.s0.t2]") == 0);
  CHECK(stage.ops[0].output_tokens == 3);
  CHECK(stage.replies[2].text == "Three.");
}

TEST_CASE("json: the target's name of the conversation goes back to it", "[target]") {
  Stage stage(kJson);
  stage.answers = {plain(R"({"reply":"A","sid":"x9"})"), plain(R"({"reply":"B"})")};
  run(stage);
  REQUIRE(stage.requests.size() == 2);
  CHECK(stage.requests[0].rfind("POST /ask HTTP/1.1\r\n", 0) == 0);
  CHECK(!body_of(stage.requests[0]).contains("s"));
  CHECK(body_of(stage.requests[1]).at("s") == "x9");
  CHECK(body_of(stage.requests[1]).at("h").size() == 3);
  CHECK(stage.replies[1].text == "B");
}

TEST_CASE("clients of targets: what an answer is called", "[target]") {
  const std::string delta =
      "data: {\"type\":\"content_block_delta\","
      "\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n";
  const std::string stop =
      "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n";
  const std::string over = "data: {\"type\":\"message_stop\"}\n\n";
  const std::string end = "event: end\ndata: x\n\n";
  struct Row {
    const char* what;
    std::string target;
    bool streamed;
    std::string answer;
    Failure failure;
    bool is_strange;  // the watch has something to say
  };
  for (const Row& row :
       {Row{"message", kAnthropic, false, plain(message("x")), Failure::none, false},
        Row{"no text", kAnthropic, false, plain(message("")), Failure::empty_response, true},
        Row{"not a message", kAnthropic, false, plain("{}"), Failure::bad_response, true},
        Row{"error", kAnthropic, false, plain(R"({"type":"error","error":{}})"),
            Failure::bad_response, false},
        Row{"overloaded", kAnthropic, false, plain("{}", "529 x"), Failure::http_status, false},
        Row{"not found", kAnthropic, false, plain("{}", "404 x"), Failure::http_status, true},
        Row{"too many", kAnthropic, false, plain("{}", "429 x"), Failure::rate_limited, false},
        Row{"stream", kAnthropic, true, events(delta + stop + over), Failure::none, false},
        Row{"cut", kAnthropic, true, events(delta + stop), Failure::truncated_stream, false},
        Row{"no reason", kAnthropic, true, events(delta + over), Failure::truncated_stream, false},
        Row{"error event", kAnthropic, true, events(delta + "data: {\"type\":\"error\"}\n\n"),
            Failure::bad_response, false},
        Row{"not events", kAnthropic, true, plain(message("x")), Failure::truncated_stream, true},
        Row{"mapped", kJson, false, plain(R"({"reply":"A"})"), Failure::none, false},
        Row{"mapped error", kJson, false, plain(R"({"reply":"A","error":"no"})"),
            Failure::bad_response, false},
        Row{"elsewhere", kJson, false, plain(R"({"answer":"A"})"), Failure::bad_response, true},
        Row{"mapped null", kJson, false, plain(R"({"reply":null})"), Failure::empty_response,
            true},
        Row{"mapped stream", kEvents, true, events("data: {\"d\":\"a\"}\n\n" + end),
            Failure::none, false},
        Row{"mapped cut", kEvents, true, events("data: {\"d\":\"a\"}\n\n"),
            Failure::truncated_stream, false},
        Row{"mapped nowhere", kEvents, true, events("data: {\"e\":\"a\"}\n\n" + end),
            Failure::empty_response, true},
        Row{"mapped garbage", kEvents, true, events("data: <html>\n\n"), Failure::bad_response,
            true}}) {
    INFO(row.what);
    Stage stage(row.target);
    stage.answers = {row.answer};
    run(stage, row.streamed);
    REQUIRE(stage.ops.size() == 1);
    CHECK(name_of(stage.ops[0].failure) == name_of(row.failure));
    INFO(stage.trouble);
    CHECK(stage.trouble.empty() == !row.is_strange);
  }
}
