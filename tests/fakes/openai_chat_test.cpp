// The OpenAI dialect: what the fake answers, streams and refuses, read with a JSON library that the
// fake itself does not use; and the turns that it finds in prompts.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "fakes/dialect.hpp"
#include "tests/fakes/fake_world.hpp"
#include "world/sse.hpp"

using namespace support;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string kWhole = "[reply u17.s2.t5] t2 t3" +
                           fakes::checksum_token(4, "[reply u17.s2.t5] t2 t3");

std::vector<json> events_of(const std::string& text, std::string& last) {
  world::SseReader reader;
  std::vector<world::SseEvent> events;
  REQUIRE(reader.feed(text, events).has_value());
  std::vector<json> chunks;
  for (const auto& event : events) {
    last = event.data;
    if (event.data != "[DONE]") chunks.push_back(json::parse(event.data));
  }
  return chunks;
}

}  // namespace

TEMPLATE_TEST_CASE("a plain answer has the canary, the tokens asked for, and a usage", "[openai]",
                   InSim, Live) {
  FakeWorld<TestType> fake;
  const Talk talk = fake.talk(post_chat(ask({17, 2, 5}, false, 4)), 2s, "fp_");
  const Body body = body_of(talk.bytes);
  REQUIRE(body.whole);
  const json answer = json::parse(body.text);
  CHECK(answer["choices"][0]["message"]["content"] == kWhole);
  CHECK(answer["choices"][0]["message"]["role"] == "assistant");
  CHECK(answer["choices"][0]["finish_reason"] == "stop");
  CHECK(answer["usage"]["completion_tokens"] == 4);
  CHECK(answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"].get<int>() + 4);
  CHECK(answer["model"] == "fake-1");
  for (const char* name :
       {"x-request-id", "openai-processing-ms", "openai-version", "x-ratelimit-limit-requests",
        "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"}) {
    CAPTURE(name);
    CHECK(body.headers.contains(name));
  }
  CHECK(talk.first_byte >= world::at(40ms + 3 * 10ms));
}

TEMPLATE_TEST_CASE("a streamed answer says the same, token by token", "[openai]", InSim, Live) {
  const bool usage = GENERATE(false, true);
  FakeWorld<TestType> fake;
  const std::string options = usage ? R"(,"stream_options":{"include_usage":true})" : "";
  const Talk talk = fake.talk(post_chat(ask({17, 2, 5}, true, 4, options)), 2s, "0\r\n\r\n");
  const Body body = body_of(talk.bytes);
  REQUIRE(body.whole);
  CHECK(body.headers.get("content-type") == "text/event-stream; charset=utf-8");
  std::string last;
  const std::vector<json> chunks = events_of(body.text, last);
  CHECK(last == "[DONE]");
  REQUIRE(chunks.size() == (usage ? 7 : 6));
  CHECK(chunks[0]["choices"][0]["delta"]["role"] == "assistant");
  std::string content;
  for (const json& chunk : chunks) {
    CHECK(chunk["id"] == chunks[0]["id"]);
    CHECK(chunk["object"] == "chat.completion.chunk");
    CHECK(chunk.contains("usage") == usage);
    if (chunk["choices"].empty()) continue;
    content += chunk["choices"][0]["delta"].value("content", "");
  }
  CHECK(content == kWhole);
  CHECK(chunks[5]["choices"][0]["finish_reason"] == "stop");
  if (usage) CHECK(chunks[6]["usage"]["completion_tokens"] == 4);
}

TEST_CASE("an answer ends by length when it would pass the backend's bound", "[openai]") {
  fakes::Backend backend = steady_backend();
  backend.output_tokens_max = 3;
  FakeWorld<InSim> fake({}, backend);
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, false, 100)), 9s, "fp_");
  const json answer = json::parse(body_of(talk.bytes).text);
  CHECK(answer["choices"][0]["finish_reason"] == "length");
  CHECK(answer["usage"]["completion_tokens"] == 3);
}

TEST_CASE("requests that are not valid get 400 in the provider's form", "[openai]") {
  struct Row {
    const char* body;
    const char* param;  // empty: null
  };
  const Row row = GENERATE(
      Row{"", ""}, Row{"null", ""}, Row{"[]", ""}, Row{"{", ""}, Row{"{}", "model"},
      Row{R"({"model":"m"})", "messages"}, Row{R"({"model":1,"messages":[]})", "model"},
      Row{R"({"model":"m","messages":[]})", "messages"},
      Row{R"({"model":"m","messages":{}})", "messages"},
      Row{R"({"model":"m","messages":"x"})", "messages"},
      Row{R"({"model":"m","messages":[1]})", "messages"},
      Row{R"({"model":"m","messages":[{}]})", "messages[].role"},
      Row{R"({"model":"m","messages":[{"role":"king","content":"x"}]})", "messages[].role"},
      Row{R"({"model":"m","messages":[{"role":"user"}]})", "messages[].content"},
      Row{R"({"model":"m","messages":[{"role":"user","content":null}]})", "messages[].content"},
      Row{R"({"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":0})",
          "max_tokens"},
      Row{R"({"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":1.5})",
          "max_tokens"},
      Row{R"({"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":1e99})",
          "max_tokens"},
      Row{R"({"model":"m","messages":[{"role":"user","content":"x"}],"stream":"yes"})", "stream"},
      Row{R"({"model":"m","messages":[{"role":"user","content":"x"}],"n":2})", "n"},
      Row{R"({"model":"m","messages":[{"role":"user","content":"x"}],"n":0})", "n"},
      Row{R"({"model":"m","messages":[{"role":"user","content":"x"}],"n":"1"})", "n"},
      Row{R"({"model":"m","messages":[{"role":"tool","content":"x"}]})",
          "messages[].tool_call_id"},
      Row{R"({"model":"m","messages":[{"role":"user","content":[1]}]})", "messages[].content"},
      Row{R"({"model":"m","messages":[{"role":"user","content":[{"text":"x"}]}]})",
          "messages[].content[].type"},
      Row{"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\xff\"}]}", ""},
      Row{R"({"model":"m","messages":[{"role":"user","content":"x"}]} x)", ""});
  CAPTURE(row.body);
  FakeWorld<InSim> fake;
  const Talk talk = fake.talk(post_chat(row.body), 2s, "}}");
  const Body body = body_of(talk.bytes);
  CHECK(body.status == 400);
  const json error = json::parse(body.text)["error"];
  CHECK(error["type"] == "invalid_request_error");
  CHECK((error["param"].is_null() ? "" : error["param"].get<std::string>()) == row.param);
  REQUIRE(fake.records.size() == 1);
  CHECK(fake.records[0].end == fakes::End::rejected);
}

TEST_CASE("deep nesting is refused, not followed", "[openai]") {
  std::string body = R"({"model":"m","x":)" + std::string(100'000, '[');
  FakeWorld<InSim> fake;
  CHECK(body_of(fake.talk(post_chat(body), 2s, "}}").bytes).status == 400);
}

TEMPLATE_TEST_CASE("other routes, other methods, other sizes", "[openai]", InSim, Live) {
  fakes::Backend backend = steady_backend();
  backend.body_bytes_max = 1'000;
  FakeWorld<TestType> fake({}, backend);
  struct Row {
    std::string request;
    std::string until;
    int status;
  };
  const Row row = GENERATE(Row{"GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n", "}]}", 200},
                           Row{"GET /v1/nothing HTTP/1.1\r\nhost: x\r\n\r\n", "}}", 404},
                           Row{"GET /v1/chat/completions HTTP/1.1\r\nhost: x\r\n\r\n", "}}", 405},
                           Row{post("/v1/models", "{}"), "}}", 405},
                           Row{post_chat(std::string(5'000, ' ')), "}}", 413},
                           Row{"nonsense\r\n\r\n", "}}", 400});
  CAPTURE(row.request.substr(0, 40));
  const Body body = body_of(fake.talk(row.request, 2s, row.until).bytes);
  CHECK(body.status == row.status);
  CHECK_FALSE(json::parse(body.text).empty());
  CHECK(fake.records.empty());
}

TEST_CASE("a prompt is read: whose turns, whose replies, in which order", "[openai]") {
  const std::string body = R"({"messages":[
    {"content":"be kind [turn u1.s1.t9]","role":"system"},
    {"role":"user","content":"[turn u1.s1.t0] a"},
    {"role":"assistant","content":"[reply u1.s1.t0] t2"},
    {"role":"user","content":[{"type":"text","text":"[turn u1.s1.t1] b [turn u2.s0.t0] [turn x]"}]},
    {"role":"assistant","content":null,"tool_calls":[]}],"model":"m","user":"u1"})";
  fakes::ChatRequest request;
  const auto refusal = fakes::kDialects[0]->parse(body, request);
  REQUIRE_FALSE(refusal.has_value());
  using fakes::Marker;
  using fakes::Role;
  const std::vector<Marker> expected = {{Role::system, false, {1, 1, 9}},
                                        {Role::user, false, {1, 1, 0}},
                                        {Role::assistant, true, {1, 1, 0}},
                                        {Role::user, false, {1, 1, 1}},
                                        {Role::user, false, {2, 0, 0}}};
  CHECK(request.markers == expected);
  CHECK(request.asked == world::TurnId{2, 0, 0});
  CHECK(request.messages == 5);
  CHECK(request.user == "u1");
}

TEST_CASE("of repeated members the last counts", "[openai]") {
  const std::string body =
      R"({"model":"a","messages":[{"role":"user","content":"[turn u1.s0.t0]"}],"model":"b",)"
      R"("messages":[{"role":"user","content":"[turn u2.s0.t0]"}]})";
  fakes::ChatRequest request;
  REQUIRE_FALSE(fakes::kDialects[0]->parse(body, request).has_value());
  CHECK(request.model == "b");
  CHECK(request.messages == 1);
  CHECK(request.markers.size() == 1);
  CHECK(request.asked == world::TurnId{2, 0, 0});
}
