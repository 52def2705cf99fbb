// The Cohere dialect: typed events, a plan before calls, flat errors.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/fakes/dialect_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using fakes::Finish;
using nlohmann::json;

namespace {
const fakes::Dialect& cohere() { return dialect_named("cohere"); }
}  // namespace

TEMPLATE_TEST_CASE("cohere: an answer and a stream on the wire", "[cohere]", InSim, Live) {
  const bool stream = GENERATE(false, true);
  fakes::Backend backend = steady_backend();
  backend.dialect = "cohere";
  FakeWorld<TestType> fake({}, backend);
  const Talk talk = fake.talk(post("/v2/chat", ask({1, 0, 2}, stream, 3)), 2s,
                              stream ? "0\r\n\r\n" : "\"tokens\"");
  const Body body = body_of(talk.bytes);
  REQUIRE(body.status == 200);
  CHECK(body.headers.contains("x-debug-trace-id"));
  CHECK(count(body.text, "[reply u1.s0.t2]") == 1);
  CHECK(count(body.text, "COMPLETE") == 1);
  if (stream) CHECK(events_in(body.text).back().name == "message-end");
}

TEST_CASE("cohere: a stream and a whole answer say the same", "[cohere]") {
  const auto parts = GENERATE(AnswerParts{true, 0, 3}, AnswerParts{true, 2, 3},
                              AnswerParts{false, 1, 1}, AnswerParts{false, 0, 1});
  const Finish finish = parts.calls > 0 ? Finish::tool_calls : Finish::stop;
  const fakes::Answer answer = answer_of(parts, finish);
  const json whole = whole_of(cohere(), answer);
  json got;
  std::string text;
  std::string plan;
  std::vector<std::string> arguments;
  json calls = json::array();
  for (const DialectEvent& event : events_in(stream_of(cohere(), answer))) {
    REQUIRE(event.data()["type"] == event.name);
    const json delta = event.data().value("delta", json::object());
    const json message = delta.value("message", json::object());
    if (event.name == "message-start") got["id"] = event.data()["id"];
    if (event.name == "content-delta") text += message["content"]["text"].get<std::string>();
    if (event.name == "tool-plan-delta") plan += message["tool_plan"].get<std::string>();
    if (event.name == "tool-call-start") {
      CHECK(event.data()["index"] == calls.size());
      calls.push_back(message["tool_calls"]);
      arguments.emplace_back();
    }
    if (event.name == "tool-call-delta") {
      arguments.back() += message["tool_calls"]["function"]["arguments"].get<std::string>();
    }
    if (event.name == "tool-call-end") calls.back()["function"]["arguments"] = arguments.back();
    if (event.name == "message-end") got.update(delta);
  }
  got["message"]["role"] = "assistant";
  if (parts.calls > 0) {
    got["message"]["tool_plan"] = plan;
    got["message"]["tool_calls"] = calls;
    CHECK_FALSE(plan.empty());
  } else {
    got["message"]["content"] = json::array();
    if (parts.text) got["message"]["content"].push_back({{"type", "text"}, {"text", text}});
  }
  CHECK(got == whole);
}

TEST_CASE("cohere: each finish has its word", "[cohere]") {
  const auto row = GENERATE(
      std::pair{Finish::stop, "COMPLETE"}, std::pair{Finish::length, "MAX_TOKENS"},
      std::pair{Finish::tool_calls, "TOOL_CALL"}, std::pair{Finish::error, "ERROR"},
      std::pair{Finish::stop_sequence, "STOP_SEQUENCE"}, std::pair{Finish::timeout, "TIMEOUT"});
  CHECK(whole_of(cohere(), answer_of({}, row.first))["finish_reason"] == row.second);
}

TEST_CASE("cohere: requests that are not valid get a flat 400", "[cohere]") {
  const auto row = GENERATE(
      std::pair{"", "invalid json syntax"}, std::pair{"{", "invalid json syntax"},
      std::pair{"{}", "invalid request: model is a required field"},
      std::pair{R"({"model":"m"})", "invalid request: messages is a required field"},
      std::pair{R"({"model":1})", "invalid type: parameter model"},
      std::pair{R"({"model":"m","messages":"x"})", "invalid type: parameter messages"},
      std::pair{R"({"model":"m","messages":[]})", "invalid type: parameter messages"},
      std::pair{R"({"messages":[{"role":"x","content":""}]})", "invalid type: parameter messages["},
      std::pair{R"({"max_tokens":"x"})", "invalid type: parameter max_tokens"},
      std::pair{R"({"tools":[{}]})", "invalid request: tools[].function.name is a required"});
  CAPTURE(row.first);
  const Verdict verdict = verdict_on(cohere(), row.first);
  CHECK(verdict.status == 400);
  CHECK(verdict.body().size() == 2);
  CHECK(verdict.body()["id"].get<std::string>().size() == 36);
  CHECK(verdict.body()["message"].get<std::string>().starts_with(row.second));
}

TEST_CASE("cohere: tool results are read", "[cohere]") {
  fakes::ChatRequest request;
  const std::string body = R"({"model":"m","stream":true,"messages":[
    {"role":"user","content":"[turn u1.s1.t0] a"},
    {"role":"assistant","tool_plan":"p","tool_calls":[{"id":"f_1","type":"function",
     "function":{"name":"f","arguments":"{}"}}]},
    {"role":"tool","tool_call_id":"f_1","content":[{"type":"document","document":{"data":"7"}}]}],
    "tools":[{"type":"function","function":{"name":"f","parameters":{}}}]})";
  REQUIRE_FALSE(cohere().parse(body, request).has_value());
  CHECK(request.stream);
  CHECK(request.tool_results == 1);
  CHECK(request.last_tool_result.find("\"7\"") != std::string::npos);
  CHECK(request.tools == std::vector<std::string>{"f"});
}

TEST_CASE("cohere: statuses, quota, errors within a stream, models", "[cohere]") {
  const int status =
      GENERATE(400, 401, 403, 404, 422, 429, 498, 499, 500, 501, 503, 504);
  const fakes::Refusal refusal = cohere().refusal_of(status);
  CHECK(refusal.status == status);
  CHECK_FALSE(refusal_body(cohere(), refusal)["message"].get<std::string>().empty());
  CHECK(cohere().refusal_of_quota().message != cohere().refusal_of(429).message);
  std::string out;
  cohere().write_stream_error(out, refusal, 1);
  const auto events = events_in(out);
  REQUIRE(events.size() == 1);
  CHECK(events[0].name == "message-end");
  CHECK(events[0].data()["delta"]["finish_reason"] == "ERROR");
  CHECK(events[0].data()["delta"]["error"] == refusal.message);
  out.clear();
  cohere().write_models(out, "m");
  CHECK(json::parse(out)["models"][0]["name"] == "m");
  CHECK(cohere().route("GET", "/v1/models").call == fakes::Call::models);
  CHECK(cohere().route("POST", "/v2/chat").call == fakes::Call::chat);
}
