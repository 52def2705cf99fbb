// The core as profile legacy in front of a fake provider: what users get, when, and what the
// provider sees of it.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/profile.hpp"
#include "tests/agent/agent_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using nlohmann::json;
using world::TurnId;

namespace {

std::string message_of(const Reply& reply) { return json::parse(reply.body)["error"]["message"]; }

template <class World>
world::Task<void> ask_in_turn(AgentWorld<World>& w, std::vector<std::string> bodies,
                              std::vector<Reply>& replies) {
  for (std::string& body : bodies) {
    Reply reply = co_await post_to(w.clock(), w.client, w.at, std::move(body));
    replies.push_back(std::move(reply));
  }
}

template <class World>
world::Task<void> ask_into(AgentWorld<World>& w, std::string body, Reply& reply) {
  reply = co_await post_to(w.clock(), w.client, w.at, std::move(body));
}

template <class World>
world::Task<void> ask_at_once(AgentWorld<World>& w, std::vector<std::string> bodies,
                              std::vector<Reply>& replies) {
  replies.resize(bodies.size());
  world::Scope scope(w.clock());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    scope.spawn(ask_into(w, std::move(bodies[i]), replies[i]));
  }
  co_await scope.join();
}

std::vector<std::uint32_t> turns_in(const fakes::PromptRecord& record, bool replies) {
  std::vector<std::uint32_t> turns;
  for (const fakes::Marker& marker : record.markers) {
    if (marker.is_reply == replies) turns.push_back(marker.turn.turn);
  }
  return turns;
}

using Turns = std::vector<std::uint32_t>;

// The first takes longer, so it ends last.
std::vector<std::string> two_turns() {
  return {turn_body({1, 0, 0}, "c", false, 10), turn_body({1, 0, 1}, "c", false, 2)};
}

// The instants at which the provider was asked, counted from the first.
std::vector<world::Nanos> attempts_at(const std::vector<fakes::PromptRecord>& records) {
  std::vector<world::Nanos> found;
  for (const auto& record : records) found.push_back(record.at - records.front().at);
  return found;
}

}  // namespace

TEMPLATE_TEST_CASE("an answer comes through, and who gave it", "[agent][REQ-055]", InSim, Live) {
  AgentWorld<TestType> w;
  const Reply reply = w.ask_once(turn_body({17, 2, 5}, "u17.s2", false));
  CHECK(reply.status == 200);
  CHECK(reply.provider == "primary");
  CHECK(reply.attempts == 1);
  CHECK(json::parse(reply.body)["choices"][0]["message"]["content"] ==
        "[reply u17.s2.t5] t2 t3" + fakes::checksum_token(4, "[reply u17.s2.t5] t2 t3"));
  REQUIRE(w.fake.records.size() == 1);
  CHECK(w.fake.records[0].user == "u17");
  CHECK(w.fake.records[0].asked == TurnId{17, 2, 5});
}

TEMPLATE_TEST_CASE("a conversation is remembered, turn by turn", "[agent]", InSim, Live) {
  const bool stream = GENERATE(false, true);
  AgentWorld<TestType> w;
  std::vector<Reply> replies;
  w.run(ask_in_turn(w,
                    {turn_body({1, 0, 0}, "u1.s0", stream), turn_body({1, 0, 1}, "u1.s0", stream),
                     turn_body({1, 0, 2}, "u1.s0", stream), turn_body({1, 1, 0}, "u1.s1", stream),
                     turn_body({2, 0, 0}, "u1.s0", stream), turn_body({1, 0, 7}, "", stream)},
                    replies));
  for (const Reply& reply : replies) CHECK(reply.status == 200);
  const auto& seen = w.fake.records;
  REQUIRE(seen.size() == 6);
  CHECK(turns_in(seen[1], false) == Turns{0, 1});
  CHECK(turns_in(seen[2], false) == Turns{0, 1, 2});
  CHECK(turns_in(seen[2], true) == Turns{0, 1});
  CHECK(seen[2].messages == 5);
  CHECK(seen[3].messages == 1);  // another conversation
  CHECK(seen[4].messages == 1);  // another user's of the same name
  CHECK(seen[5].messages == 1);  // stateless
  CHECK(w.agent.sessions() == 3);
}

TEST_CASE("parallel turns of one conversation lose turns: no lock", "[agent]") {
  AgentWorld<InSim> v;
  struct Script {
    static world::Task<void> run(AgentWorld<InSim>& x, Reply& last) {
      std::vector<Reply> both;
      co_await ask_at_once(x, two_turns(), both);
      std::string third = turn_body(TurnId{1, 0, 2}, "c", false);
      co_await ask_into(x, std::move(third), last);
    }
  };
  Reply last;
  v.run(Script::run(v, last));
  REQUIRE(v.fake.records.size() == 3);
  // Turn 0 ended last and wrote back a history that had never heard of turn 1.
  CHECK(turns_in(v.fake.records[2], false) == Turns{0, 2});
}

TEMPLATE_TEST_CASE("a stream is passed on event by event", "[agent]", InSim, Live) {
  AgentWorld<TestType> w;
  const Talk talk = w.talk_once(
      post("/v1/chat/completions", turn_body({3, 0, 0}, "u3.s0", true, 20)), "0\r\n\r\n");
  const Body body = body_of(talk.bytes);
  CHECK(body.whole);
  CHECK(body.headers.get("agentcore-provider") == "primary");
  CHECK(body.headers.get("content-type") == "text/event-stream; charset=utf-8");
  CHECK(count(body.text, "data: ") == 23);
  CHECK(body.text.substr(body.text.size() - 14) == "data: [DONE]\n\n");
  CHECK(talk.last_byte - talk.first_byte >= 150ms);  // as they come, not all at the end
}

TEST_CASE("503 is retried after 5, 15 and 30 seconds exactly", "[agent]") {
  AgentWorld<InSim> w({fault(fakes::Status{503, "", {}})});
  const Reply reply = w.ask_once(turn_body({1, 0, 0}, "c", false));
  CHECK(reply.status == 503);
  CHECK(reply.attempts == 4);
  CHECK(message_of(reply) == "Something went wrong. Please try again later.");
  const world::Nanos hop = 50us;  // there and back on a kept connection
  CHECK(attempts_at(w.fake.records) ==
        std::vector<world::Nanos>{0s, 5s + hop, 20s + 2 * hop, 50s + 3 * hop});
  CHECK(w.agent.sessions() == 0);
}

TEST_CASE("a provider that refuses connections is retried for 50 seconds", "[agent]") {
  AgentWorld<InSim> w({fault(fakes::Refuse{})});
  const Reply reply = w.ask_once(turn_body({1, 0, 0}, "c", false));
  CHECK(reply.status == 503);
  CHECK(reply.attempts == 4);
  CHECK(reply.ended - reply.sent >= 50s);
  CHECK(reply.ended - reply.sent < 50s + 1ms);
  CHECK(w.fake.server.faults().fired(0) == 4);
}

TEST_CASE("the attempt that succeeds is told", "[agent]") {
  fakes::Fault twice = fault(fakes::Status{503, "", {}});
  twice.attempts = {1, 2};
  const bool stream = GENERATE(false, true);
  AgentWorld<InSim> w({twice});
  const Reply reply = w.ask_once(turn_body({1, 0, 0}, "c", stream));
  CHECK(reply.status == 200);
  CHECK(reply.attempts == 3);
  CHECK(reply.whole);
}

TEST_CASE("what legacy does with each fault", "[agent]") {
  struct Row {
    const char* what;
    fakes::FaultAction action;
    bool stream;
    int status;
    int attempts;
    world::Nanos at_least;
    world::Nanos below;
  };
  const std::vector<Row> rows = {
      {"500", fakes::Status{500, "", {}}, false, 502, 1, 0s, 1s},
      {"502 as HTML", fakes::Status{502, "<html>", {}}, false, 502, 1, 0s, 1s},
      {"429", fakes::RateLimit{}, false, 502, 1, 0s, 1s},
      {"hang", fakes::Hang{}, false, 504, 1, 60s, 60s + 1ms},
      {"hang, streamed", fakes::Hang{}, true, 504, 1, 60s, 60s + 1ms},
      {"hang that ends in time", fakes::Hang{59s}, false, 200, 1, 59s, 60s},
      {"hang that does not", fakes::Hang{61s}, false, 504, 1, 60s, 60s + 1ms},
      {"black hole", fakes::BlackHole{}, false, 504, 1, 60s, 60s + 1ms},
      {"reset before the body", fakes::Reset{0}, false, 502, 1, 0s, 1s},
      {"reset in the body", fakes::Reset{100}, false, 502, 1, 0s, 1s},
      {"404", fakes::Status{404, "not found", {}}, false, 502, 1, 0s, 1s}};
  for (const Row& row : rows) {
    CAPTURE(row.what);
    AgentWorld<InSim> w({fault(row.action)});
    const Reply reply = w.ask_once(turn_body({1, 0, 0}, "c", row.stream));
    CHECK(reply.status == row.status);
    CHECK(reply.attempts == row.attempts);
    CHECK(reply.provider == "primary");
    CHECK(reply.ended - reply.sent >= row.at_least);
    CHECK(reply.ended - reply.sent < row.below);
    if (row.status == 504) CHECK(message_of(reply) == "Request timeout. Please try again.");
    // An unanswered connection attempt is repeated after 1, 2, 4, 8 and 16 s, each time in vain.
    const std::uint64_t attempts = std::holds_alternative<fakes::BlackHole>(row.action) ? 6 : 1;
    CHECK(w.fake.server.faults().fired(0) == attempts);
  }
}

TEMPLATE_TEST_CASE("a stream that the provider breaks off is closed without its end", "[agent]",
                   InSim, Live) {
  const fakes::FaultAction action = GENERATE(fakes::FaultAction(fakes::Cut{4, fakes::CutEnd::fin}),
                                             fakes::FaultAction(fakes::Cut{4, fakes::CutEnd::rst}),
                                             fakes::FaultAction(fakes::Reset{900}));
  AgentWorld<TestType> w({fault(action)});
  const Reply reply = w.ask_once(turn_body({1, 0, 0}, "c", true, 20));
  CHECK(reply.status == 200);
  CHECK_FALSE(reply.whole);
  CHECK(reply.failure == "closed");
  CHECK(reply.body.find("[reply u1.s0.t0]") != std::string::npos);
  CHECK(reply.body.find("[DONE]") == std::string::npos);
  CHECK(w.agent.sessions() == 0);
}

TEST_CASE("a stream that stalls is closed at the timeout", "[agent]") {
  AgentWorld<InSim> w({fault(fakes::Stall{3, {}})});
  const Reply reply = w.ask_once(turn_body({1, 0, 0}, "c", true, 20));
  CHECK(reply.failure == "closed");
  CHECK(reply.ended - reply.sent >= 60s);
  CHECK(reply.ended - reply.sent < 60s + 1ms);
}

TEST_CASE("a user who leaves a stream ends the call to the provider", "[agent]") {
  AgentWorld<InSim> w;
  struct Script {
    static world::Task<void> run(AgentWorld<InSim>& x) {
      const std::string request =
          post("/v1/chat/completions", turn_body({1, 0, 0}, "c", true, 2'000));
      co_await talk(x.clock(), x.fake.world.network, x.at, request, 300ms);
      co_await x.clock().sleep(1s);
    }
  };
  w.run(Script::run(w));
  REQUIRE(w.fake.records.size() == 1);
  CHECK(w.fake.records[0].end == fakes::End::peer_gone);
  CHECK(w.fake.records[0].tokens < 60);
}

TEST_CASE("over the limit: rate limited, and no guidance", "[agent]") {
  agent::Config config;
  config.providers = {"primary"};
  AgentWorld<InSim> w({}, config);
  std::vector<std::string> bodies;
  for (std::uint32_t turn = 0; turn < 32; ++turn)
    bodies.push_back(turn_body({1, 0, turn}, "", false));
  bodies.push_back(turn_body({2, 0, 0}, "", false));
  std::vector<Reply> replies;
  w.run(ask_in_turn(w, bodies, replies));
  for (std::size_t i = 0; i < replies.size(); ++i) {
    CAPTURE(i);
    CHECK(replies[i].status == (i == 30 || i == 31 ? 429 : 200));
  }
  CHECK(message_of(replies[30]) == "rate limited");
  CHECK(replies[30].attempts == 0);
  CHECK(w.fake.records.size() == 31);
}

TEMPLATE_TEST_CASE("routes", "[agent]", InSim, Live) {
  struct Row {
    std::string request;
    int status;
    std::string in_body;
  };
  const Row row = GENERATE(
      Row{"GET /health HTTP/1.1\r\nhost: x\r\n\r\n", 200, R"("status":"ok")"},
      Row{"GET /v1/chat/completions HTTP/1.1\r\nhost: x\r\n\r\n", 405, "Method not allowed."},
      Row{"DELETE /health HTTP/1.1\r\nhost: x\r\n\r\n", 405, "Method not allowed."},
      Row{"GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n", 404, "Not found."},
      Row{post("/v1/chat/completions", "{\"messages\":null}"), 400, "Invalid request."},
      Row{post("/v1/chat/completions", std::string(900'000, '[')), 400, "Invalid request."},
      Row{post("/v1/chat/completions", std::string(5 << 20, ' ')).substr(0, 200), 413, "larger"},
      Row{"nonsense\r\n\r\n", 400, "not valid HTTP"});
  AgentWorld<TestType> w;
  const Body body = body_of(w.talk_once(row.request, row.in_body).bytes);
  CHECK(body.status == row.status);
  CHECK(body.text.find(row.in_body) != std::string::npos);
  CHECK(w.fake.records.empty());
}

TEST_CASE("half a request is waited for as long as the profile says", "[agent]") {
  const agent::Config legacy = agent::find_profile("legacy")->apply(generous());
  agent::Config hardened = agent::find_profile("hardened")->apply(generous());
  CHECK(hardened.header_timeout == 10s);
  CHECK(hardened.body_timeout == 60s);
  CHECK(hardened.keep_alive_timeout == 75s);
  CHECK(hardened.write_timeout == 60s);
  hardened.header_timeout = hardened.body_timeout = 1s;
  hardened.keep_alive_timeout = 1'500ms;
  const std::string whole = post("/v1/chat/completions", "{\"messages\":null}");
  const std::vector<std::string> halves = {"GET /hea", whole.substr(0, whole.size() - 5)};
  for (const std::string& half : halves) {
    CAPTURE(half);
    AgentWorld<InSim> impatient({}, hardened);
    const Body body = body_of(impatient.talk_once(half, "request_timeout").bytes);
    CHECK(body.status == 408);
    CHECK(json::parse(body.text)["code"] == "request_timeout");
    AgentWorld<InSim> patient({}, legacy);
    CHECK(patient.talk_once(half, "").end == "silence");
  }
  AgentWorld<InSim> impatient({}, hardened);
  CHECK(impatient.talk_once("", "").end == "fin");
}

TEST_CASE("a provider that talks nonsense", "[agent]") {
  struct Row {
    const char* body;
    int status;
  };
  const Row row = GENERATE(
      Row{"<html>login</html>", 502}, Row{"", 502}, Row{"{}", 502}, Row{R"({"choices":[]})", 502},
      Row{R"({"choices":null})", 502}, Row{R"({"choices":[{"message":{}}]} x)", 502},
      Row{R"({"choices":[{"message":{"content":7}}]})", 502},
      Row{R"({"choices":[{"message":{"content":null}}]})", 200},  // trusted: that is the profile
      Row{R"({"choices":[{"message":{"content":""}}]})", 200});
  CAPTURE(row.body);
  std::string content;
  CHECK(agent::read_answer(row.body, content) == (row.status == 200));
  CHECK(content.empty());
}

TEST_CASE("a config must name a provider that is there", "[agent]") {
  InSim world;
  const std::vector<agent::Provider> providers = {{"primary", {"x", 80}, "m"}};
  agent::Config none;
  agent::Config other;
  other.providers = {"secondary"};
  CHECK_THROWS_WITH(agent::Agent(world.clock, world.network, none, providers),
                    "agent.providers names no provider");
  CHECK_THROWS_WITH(agent::Agent(world.clock, world.network, other, providers),
                    "agent.providers names 'secondary', which is not there");
}

TEST_CASE("profiles are found by name", "[agent]") {
  REQUIRE(agent::find_profile("legacy") != nullptr);
  CHECK(agent::find_profile("legacy")->apply(generous()) == generous());
  CHECK(agent::find_profile("nobody") == nullptr);
}

TEST_CASE("two runs have one digest, another seed has another", "[agent]") {
  const auto digest = [](std::uint64_t seed) {
    world::SimClock clock;
    world::SimNetwork network(clock);
    fakes::ServerConfig config;
    config.backends["primary"] = {};
    config.listen = {"127.0.0.1", 0};
    config.seed = seed;
    fakes::Server fake(clock, network, config);
    REQUIRE(fake.open().has_value());
    agent::Agent agent(clock, network, generous(),
                       {{"primary", fake.endpoints().at("primary"), "m"}});
    auto listener = network.listen({"127.0.0.1", 0});
    world::HttpClient client(clock, network);
    struct Script {
      static world::Task<void> run(world::Clock& c, world::HttpClient& h, world::Endpoint at) {
        for (std::uint32_t turn = 0; turn < 20; ++turn) {
          std::string body = turn_body(TurnId{1, 0, turn}, "c", turn % 2 == 0, 9);
          const Reply reply = co_await post_to(c, h, at, std::move(body));
          CHECK(reply.whole);
        }
      }
    };
    clock.run(serve_during(clock, fake.serve(),
                           serve_during(clock, agent.serve(**listener),
                                        Script::run(clock, client, (*listener)->endpoint()))));
    return clock.digest();
  };
  CHECK(digest(1) == digest(1));
  CHECK(digest(1) != digest(2));
}
