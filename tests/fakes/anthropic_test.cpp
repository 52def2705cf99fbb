// The Anthropic dialect: what the fake answers, streams and refuses, and how it reads tool results.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/fakes/dialect_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using fakes::Finish;
using nlohmann::json;

namespace {

const fakes::Dialect& anthropic() { return dialect_named("anthropic"); }

std::string post_messages(std::string_view body, std::string_view path = "/v1/messages") {
  std::string request = post(path, body);
  request.insert(request.find("host:"), "anthropic-version: 2023-06-01\r\n");
  return request;
}

fakes::Backend anthropic_backend() {
  fakes::Backend backend = steady_backend();
  backend.dialect = "anthropic";
  return backend;
}

std::vector<std::string> names_of(const std::vector<DialectEvent>& events) {
  std::vector<std::string> names;
  for (const DialectEvent& event : events) {
    CHECK(event.data()["type"] == event.name);
    names.push_back(event.name);
  }
  return names;
}

}  // namespace

TEMPLATE_TEST_CASE("anthropic: a plain answer", "[anthropic]", InSim, Live) {
  FakeWorld<TestType> fake({}, anthropic_backend());
  const Talk talk = fake.talk(post_messages(ask({17, 2, 5}, false, 4)), 2s, "standard");
  const Body body = body_of(talk.bytes);
  REQUIRE(body.whole);
  const json answer = json::parse(body.text);
  CHECK(answer["content"][0]["text"].get<std::string>().starts_with("[reply u17.s2.t5] t2 t3"));
  CHECK(answer["stop_reason"] == "end_turn");
  CHECK(answer["usage"]["output_tokens"] == 4);
  for (const char* name : {"request-id", "anthropic-organization-id",
                           "anthropic-ratelimit-requests-reset"}) {
    CAPTURE(name);
    CHECK(body.headers.contains(name));
  }
}

TEMPLATE_TEST_CASE("anthropic: a stream goes out as its events", "[anthropic]", InSim, Live) {
  FakeWorld<TestType> fake({}, anthropic_backend());
  const Talk talk = fake.talk(post_messages(ask({17, 2, 5}, true, 4)), 2s, "0\r\n\r\n");
  const auto events = events_in(body_of(talk.bytes).text);
  const std::vector<std::string> expected = {
      "message_start",       "content_block_start", "ping",
      "content_block_delta", "content_block_delta", "content_block_delta",
      "content_block_delta", "content_block_stop",  "message_delta",
      "message_stop"};
  CHECK(names_of(events) == expected);
  CHECK(events[8].data()["usage"]["output_tokens"] == 4);
}

TEST_CASE("anthropic: a stream and a whole answer say the same", "[anthropic]") {
  const auto parts = GENERATE(AnswerParts{true, 0, 3}, AnswerParts{true, 2, 3},
                              AnswerParts{false, 1, 1}, AnswerParts{false, 2, 50},
                              AnswerParts{false, 0, 1});
  const fakes::Answer answer = answer_of(parts, Finish::tool_calls);
  json message;
  std::vector<std::string> jsons;
  for (const DialectEvent& event : events_in(stream_of(anthropic(), answer))) {
    const json& data = event.data();
    REQUIRE(event.name == data["type"]);
    if (event.name == "message_start") message = data["message"];
    if (event.name == "content_block_start") {
      CHECK(data["index"] == message["content"].size());
      message["content"].push_back(data["content_block"]);
      jsons.emplace_back();
    }
    if (event.name == "content_block_delta" && data["delta"]["type"] == "text_delta") {
      json& text = message["content"][data["index"].get<std::size_t>()]["text"];
      text = text.get<std::string>() + data["delta"]["text"].get<std::string>();
    }
    if (event.name == "content_block_delta" && data["delta"]["type"] == "input_json_delta") {
      std::string& text = jsons[data["index"].get<std::size_t>()];
      if (text.empty()) CHECK(data["delta"]["partial_json"] == "");
      text += data["delta"]["partial_json"].get<std::string>() + "|";
    }
    if (event.name == "message_delta") {
      message.update(data["delta"]);
      message["usage"].update(data["usage"]);
    }
  }
  for (std::size_t i = 0; i < jsons.size(); ++i) {
    if (jsons[i].empty()) continue;
    CHECK(jsons[i].front() == '|');  // the first fragment is empty
    std::erase(jsons[i], '|');
    message["content"][i]["input"] = json::parse(jsons[i]);
  }
  CHECK(message == whole_of(anthropic(), answer));
}

TEST_CASE("anthropic: arguments that are no object are wrapped in a whole answer", "[anthropic]") {
  const auto row = GENERATE(std::pair{"", R"({})"},
                            std::pair{"{\"a\":", R"({"INVALID_JSON":"{\"a\":"})"},
                            std::pair{"[1]", R"({"INVALID_JSON":"[1]"})"},
                            std::pair{"{\"a\":1}", R"({"a":1})"});
  fakes::Answer answer = answer_of({false, 1, 1}, Finish::tool_calls);
  answer.calls[0].arguments = row.first;
  CHECK(whole_of(anthropic(), answer)["content"][0]["input"] == json::parse(row.second));
}

TEST_CASE("anthropic: each finish has its word", "[anthropic]") {
  const auto row = GENERATE(
      std::pair{Finish::stop, "end_turn"}, std::pair{Finish::length, "max_tokens"},
      std::pair{Finish::tool_calls, "tool_use"}, std::pair{Finish::content_filter, "refusal"},
      std::pair{Finish::stop_sequence, "stop_sequence"}, std::pair{Finish::pause, "pause_turn"},
      std::pair{Finish::context_window, "model_context_window_exceeded"});
  const fakes::Answer answer = answer_of({}, row.first);
  const json whole = whole_of(anthropic(), answer);
  CHECK(whole["stop_reason"] == row.second);
  CHECK(whole["stop_sequence"].is_null() == (row.first != Finish::stop_sequence));
}

TEST_CASE("anthropic: requests that are not valid get 400 and the place", "[anthropic]") {
  struct Row {
    const char* body;
    const char* message;
  };
  const Row row = GENERATE(
      Row{"", "The request body is not valid JSON"},
      Row{"[]", "The request body is not valid JSON"},
      Row{"{", "The request body is not valid JSON"}, Row{"{}", "model: Field required"},
      Row{R"({"model":"m"})", "max_tokens: Field required"},
      Row{R"({"model":"m","max_tokens":1})", "messages: Field required"},
      Row{R"({"model":1})", "model: Input should be a valid string"},
      Row{R"({"model":"m","max_tokens":0})", "max_tokens: Input should be greater than or equal"},
      Row{R"({"model":"m","max_tokens":"9"})", "max_tokens: Input should be a valid integer"},
      Row{R"({"model":"m","max_tokens":null})", "max_tokens: Input should be a valid integer"},
      Row{R"({"messages":{}})", "messages: Input should be a valid list"},
      Row{R"({"messages":[]})", "messages: at least one message is required"},
      Row{R"({"messages":[1]})", "messages.0: Input should be an object"},
      Row{R"({"messages":[{}]})", "messages.0.role: Field required"},
      Row{R"({"messages":[{"role":"tool"}]})", "messages.0.role: Input should be 'user' or"},
      Row{R"({"messages":[{"role":"user"}]})", "messages.0.content: Field required"},
      Row{R"({"messages":[{"role":"user","content":null}]})", "messages.0.content: Input should"},
      Row{R"({"messages":[{"role":"user","content":"x"},{"role":"user","content":)"
          R"([{"type":"text","text":"x"},{"type":"tool_result"}]}]})",
          "messages.1.content.1.tool_result.tool_use_id: Field required"},
      Row{R"({"system":1})", "system: Input should be a valid list"},
      Row{R"({"stream":"yes"})", "stream: Input should be a valid boolean"},
      Row{R"({"tools":{}})", "tools: Input should be a valid list"},
      Row{R"({"tools":[{"name":"a"},{}]})", "tools.1.name: Field required"},
      Row{"{\"model\":\"\xff\"}", "The request body is not valid JSON"});
  CAPTURE(row.body);
  const Verdict verdict = verdict_on(anthropic(), row.body);
  CHECK(verdict.status == 400);
  CHECK(verdict.body()["type"] == "error");
  CHECK(verdict.body()["error"]["type"] == "invalid_request_error");
  CHECK(verdict.body()["error"]["details"].is_null());
  CHECK(verdict.body()["request_id"] == "req_010000000000000abc");
  CHECK(verdict.body()["error"]["message"].get<std::string>().starts_with(row.message));
}

TEST_CASE("anthropic: routes, the version header, and the size", "[anthropic]") {
  fakes::Backend backend = anthropic_backend();
  backend.body_bytes_max = 1'000;
  const std::string asked = R"({"model":"m","max_tokens":4,"messages":[)"
                            R"({"role":"user","content":"0123456789"}]})";
  struct Row {
    std::string request;
    int status;
    const char* text;  // in the body
  };
  const Row row = GENERATE_COPY(
      Row{post("/v1/messages", asked), 400, "anthropic-version: header is required"},
      Row{post("/v1/messages/count_tokens", asked), 400, "anthropic-version"},
      Row{post_messages(asked, "/v1/messages/count_tokens"), 200, R"({"input_tokens":3})"},
      Row{post_messages("{}", "/v1/messages/count_tokens"), 400, "model: Field required"},
      Row{post_messages(std::string(5'000, ' ')), 413, "request_too_large"},
      Row{post_messages(asked, "/v1/other"), 404, "not_found_error"},
      Row{"GET /v1/messages HTTP/1.1\r\nhost: x\r\n\r\n", 405, "Method Not Allowed"},
      Row{"GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n", 200, R"("last_id":"fake-1")"},
      Row{"GET /v1/models/other HTTP/1.1\r\nhost: x\r\n\r\n", 200, R"("id":"other")"});
  FakeWorld<InSim> fake({}, backend);
  CAPTURE(row.request.substr(0, 60));
  const Body body = body_of(fake.talk(row.request, 500ms).bytes);
  CHECK(body.status == row.status);
  CHECK(body.text.find(row.text) != std::string::npos);
  CHECK_FALSE(json::parse(body.text).empty());
}

TEST_CASE("anthropic: a prompt is read, with its system, tools and tool results", "[anthropic]") {
  const std::string body = R"({"system":[{"type":"text","text":"[turn u1.s1.t9]"}],"messages":[
    {"role":"user","content":"[turn u1.s1.t0] a"},
    {"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"f","input":{}}]},
    {"content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"[reply u1.s1.t0]"},
                {"type":"tool_result","tool_use_id":"toolu_2","is_error":true},
                {"type":"text","text":"[turn u2.s0.t0]"}],"role":"user"}],
    "model":"m","max_tokens":7,"metadata":{"user_id":"u1"},"stream":true,"unknown":{"a":[]},
    "tools":[{"name":"f","input_schema":{}},{"type":"web_search_20250305","name":"web_search"}]})";
  fakes::ChatRequest request;
  REQUIRE_FALSE(anthropic().parse(body, request).has_value());
  using fakes::Marker;
  using fakes::Role;
  const std::vector<Marker> expected = {{Role::system, false, {1, 1, 9}},
                                        {Role::user, false, {1, 1, 0}},
                                        {Role::tool, true, {1, 1, 0}},
                                        {Role::user, false, {2, 0, 0}}};
  CHECK(request.markers == expected);
  CHECK(request.asked == world::TurnId{1, 1, 0});
  CHECK(request.messages == 3);
  CHECK(request.turns == 1);
  CHECK(request.tool_results == 2);
  CHECK(request.last_user_message == "[turn u1.s1.t0] a");
  CHECK(request.user == "u1");
  CHECK(request.stream);
  CHECK(request.max_tokens == 7);
  CHECK(request.tools == std::vector<std::string>{"f", "web_search"});
}

TEST_CASE("anthropic: of repeated messages the last count, the system stays", "[anthropic]") {
  fakes::ChatRequest request;
  REQUIRE_FALSE(anthropic()
                    .parse(R"({"model":"m","max_tokens":1,"system":"[turn u3.s0.t0]",)"
                           R"("messages":[{"role":"user","content":"[turn u1.s0.t0]"}],)"
                           R"("messages":[{"role":"user","content":"[turn u2.s0.t0]"}]})",
                           request)
                    .has_value());
  CHECK(request.messages == 1);
  CHECK(request.markers.size() == 2);
  CHECK(request.asked == world::TurnId{2, 0, 0});
}

TEST_CASE("anthropic: each status has its type", "[anthropic]") {
  const auto row = GENERATE(
      std::pair{400, "invalid_request_error"}, std::pair{401, "authentication_error"},
      std::pair{402, "billing_error"}, std::pair{403, "permission_error"},
      std::pair{404, "not_found_error"}, std::pair{409, "conflict_error"},
      std::pair{413, "request_too_large"}, std::pair{429, "rate_limit_error"},
      std::pair{500, "api_error"}, std::pair{504, "timeout_error"},
      std::pair{529, "overloaded_error"}, std::pair{418, "invalid_request_error"},
      std::pair{599, "api_error"});
  const fakes::Refusal refusal = anthropic().refusal_of(row.first);
  CHECK(refusal.status == row.first);
  CHECK(refusal_body(anthropic(), refusal)["error"]["type"] == row.second);
  CHECK_FALSE(refusal.message.empty());
}

TEST_CASE("anthropic: overload, quota, and errors within a stream", "[anthropic]") {
  CHECK(anthropic().overload_status() == 529);
  const json quota = refusal_body(anthropic(), anthropic().refusal_of_quota());
  CHECK(quota["error"]["type"] == "rate_limit_error");
  CHECK(quota["error"]["details"]["error_code"] == "enforced_spend_limit_reached");
  std::string out;
  anthropic().write_stream_error(out, anthropic().refusal_of(529), 3);
  const auto events = events_in(out);
  REQUIRE(events.size() == 1);
  CHECK(events[0].name == "error");
  CHECK(events[0].data()["error"]["type"] == "overloaded_error");
}

TEST_CASE("anthropic: headers tell of allowances, resets as dates", "[anthropic]") {
  const world::HttpHeaders headers = headers_of(anthropic(), some_facts());
  const std::vector<std::pair<const char*, const char*>> expected = {
      {"request-id", "req_010000000000000abc"},
      {"anthropic-ratelimit-requests-limit", "1000"},
      {"anthropic-ratelimit-requests-remaining", "999"},
      {"anthropic-ratelimit-requests-reset", "2026-02-01T09:30:00Z"},
      {"anthropic-ratelimit-tokens-limit", "96000"},
      {"anthropic-ratelimit-tokens-reset", "2026-02-01T09:30:01Z"},
      {"anthropic-ratelimit-input-tokens-limit", "80000"},
      {"anthropic-ratelimit-output-tokens-limit", "16000"}};
  for (const auto& [name, value] : expected) {
    CAPTURE(name);
    CHECK(headers.get(name) == value);
  }
}
