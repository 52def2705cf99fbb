// What requests of both APIs become, and the exact words for what is wrong with them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/api/request_reader.hpp"
#include "agent/api/suggestion.hpp"
#include "world/random.hpp"

using agent::Api;
using agent::Problem;
using agent::Request;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

struct Read {
  Request request;
  Problem problem;
  bool good = false;

  json sent() const {
    return json::parse(agent::render_prompt(request, "fake-1", request.messages));
  }
};

Read read(Api api, const std::string& body, std::int64_t errors_max = 20) {
  agent::RequestLimits limits;
  limits.json.explain = true;
  limits.json.max_errors = errors_max;
  Read result;
  result.good = agent::read_request(api, body, limits, result.request, result.problem);
  return result;
}

Read responses(const std::string& body) { return read(Api::responses, body); }

std::string chat_with(const std::string& member) {
  return R"({"messages":[{"role":"user","content":"hi"}],)" + member + "}";
}

}  // namespace

TEST_CASE("the sentence of the seed", "[bad_input][REQ-065]") {
  const Read null = responses(R"({"input":null})");
  CHECK_FALSE(null.good);
  CHECK(null.problem.detail == "field 'input' must be string or array, got null");
  CHECK(null.problem.errors[0].pointer == "#/input");
  const Read user = responses(R"({"input":"x","user":null,"instructions":7})");
  CHECK(user.problem.detail == "field 'instructions' must be string, got 7");
  const Read role = read(Api::chat, R"({"messages":[{"role":"usr","content":"x"}]})");
  CHECK(role.problem.detail ==
        "field 'messages[0].role' must be one of system, developer, user, assistant, tool, got "
        "\"usr\"");
  CHECK(role.problem.errors[0].suggestion == "did you mean 'user'?");
  CHECK(read(Api::chat, "[]").problem.detail == "the body must be object, got array");
}

TEST_CASE("places in broken JSON", "[bad_input][REQ-067][REQ-068]") {
  struct Row {
    std::string body;
    std::string detail;
  };
  const std::vector<Row> rows = {
      {"{\"a\":NaN}", "NaN is no JSON value at line 1, column 6."},
      {"{\n  \"a\": -Infinity}", "-Infinity is no JSON value at line 2, column 8."},
      {"{\"\xc3\xa9\":\"\xff\"}", "The text is not valid UTF-8 (byte 0xff) at line 1, column 7."},
      {"{\"a\":1,\n\"a\":2}", "The key \"a\" stands twice in one object at line 2, column 1."},
      {"{\"a\":[1e999]}", "The number is too large or too small at line 1, column 7."},
      {"{\"a\":1} x", "More text follows the JSON value at line 1, column 9."},
      {"{\"a\":\"\\ud800\"}", "A string holds half of a surrogate pair at line 1, column 7."},
      {"", "The body is empty."},
      {"{\"a\":", "The JSON ends before it is whole, behind line 1, column 6."}};
  for (const Row& row : rows) {
    CAPTURE(row.body);
    const Read got = read(Api::chat, row.body);
    CHECK_FALSE(got.good);
    CHECK(got.problem.detail == row.detail);
  }
}

TEST_CASE("several wrong fields are all named, to a bound", "[bad_input][REQ-065]") {
  const std::string body = chat_with(R"("stream":1,"n":0,"stop":{},"user":[],"seed":"x")");
  CHECK(read(Api::chat, body).problem.errors.size() == 5);
  CHECK(read(Api::chat, body, 2).problem.errors.size() == 2);
  std::string many = R"({"messages":[)";
  for (int i = 0; i < 1'000; ++i) many += "7,";
  CHECK(read(Api::chat, many + "7]}").problem.errors.size() == 20);
}

TEST_CASE("what was sent is shown, at most 64 characters of it", "[bad_input][REQ-065]") {
  const Read got = read(Api::chat, chat_with("\"stream\":\"" + std::string(5'000, 'a') + "\""));
  CHECK(got.problem.errors[0].got == "\"" + std::string(64, 'a') + "...\"");
  const Read key = read(Api::chat, chat_with(R"("stream":"sk-proj-abcdefgh12345678")"));
  CHECK(key.problem.errors[0].got == "\"[redacted]\"");
}

TEST_CASE("unknown members of chat go to the provider", "[request][REQ-066]") {
  const Read got = read(Api::chat, chat_with(R"("x":1,"top_k":3,"a\"b":[2],"min_tokens":4)"));
  REQUIRE(got.good);
  const json sent = got.sent();
  CHECK(sent["x"] == 1);
  CHECK(sent["top_k"] == 3);
  CHECK(sent["a\"b"][0] == 2);
  // Too far from a known name, or near one that is there.
  CHECK(read(Api::chat, chat_with(R"("model":"a","modle":"b")")).good);
  CHECK_FALSE(read(Api::chat, chat_with(R"("modle":"b")")).good);
}

TEST_CASE("what the core itself knows of a chat request", "[request]") {
  const Read got = read(
      Api::chat,
      chat_with(R"("service_tier":"flex","store":true,"max_completion_tokens":9,)"
                R"("metadata":{"conversation":"c1"},"response_format":{"type":"json_object"},)"
                R"("agentcore":{"deadline_ms":1500,"allow_fallback":false,)"
                R"("allow_degraded":false,"on_disconnect":"continue",)"
                R"("multitask_strategy":"reject","later":1})"));
  REQUIRE(got.good);
  CHECK(got.request.tier == agent::ServiceTier::flex);
  CHECK(got.request.store);
  CHECK(got.request.max_tokens == 9);
  CHECK(got.request.conversation == "c1");
  CHECK(got.request.wants_json);
  CHECK(got.request.deadline == 1500ms);
  CHECK_FALSE(got.request.allow_fallback);
  CHECK_FALSE(got.request.allow_degraded);
  CHECK_FALSE(got.request.cancel_on_leaving);
  CHECK(got.request.multitask == agent::Multitask::reject);
  const json sent = got.sent();
  CHECK_FALSE(sent.contains("agentcore"));
  CHECK_FALSE(sent.contains("service_tier"));
  CHECK(sent["max_completion_tokens"] == 9);
}

TEST_CASE("a request of the Responses API becomes a chat", "[request]") {
  const Read got = responses(
      R"({"model":"agent","instructions":"Be \"short\".","input":[)"
      R"({"role":"user","content":"one"},)"
      R"({"type":"message","role":"assistant","content":[{"type":"output_text","text":"t\n"},)"
      R"({"type":"output_text","text":"wo","annotations":[]}],"status":"completed"},)"
      R"({"type":"reasoning","id":"r1","summary":[]},)"
      R"({"type":"function_call","call_id":"a","name":"f","arguments":"{}"},)"
      R"({"type":"function_call","call_id":"b","name":"g","arguments":"{\"x\":1}"},)"
      R"({"type":"function_call_output","call_id":"a","output":"1"},)"
      R"({"type":"function_call_output","call_id":"b","output":[)"
      R"({"type":"input_text","text":"2"}]},)"
      R"({"role":"user","content":[{"type":"input_text","text":"see"},)"
      R"({"type":"input_image","image_url":"http://x/y.png","detail":"low"}]}],)"
      R"("tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},)"
      R"("strict":true}],"tool_choice":{"type":"function","name":"f"},)"
      R"("text":{"format":{"type":"json_schema","name":"n","schema":{"a":1},"strict":true}},)"
      R"("reasoning":{"effort":"low"},"max_output_tokens":50,"temperature":0.5,"user":"u1",)"
      R"("metadata":{"k":"v"},"conversation":{"id":"c9"},"service_tier":"priority",)"
      R"("store":false,"stream":true})");
  CAPTURE(got.problem.detail);
  REQUIRE(got.good);
  const json sent = got.sent();
  const json messages = sent["messages"];
  REQUIRE(messages.size() == 7);
  CHECK(messages[0] == json({{"role", "system"}, {"content", "Be \"short\"."}}));
  CHECK(messages[1] == json({{"role", "user"}, {"content", "one"}}));
  CHECK(messages[2]["content"] == "t\nwo");
  CHECK(messages[3]["tool_calls"].size() == 2);
  CHECK(messages[3]["tool_calls"][1]["function"]["arguments"] == "{\"x\":1}");
  CHECK(messages[4] == json({{"role", "tool"}, {"tool_call_id", "a"}, {"content", "1"}}));
  CHECK(messages[5]["content"] == "2");
  CHECK(messages[6]["content"][1]["image_url"]["url"] == "http://x/y.png");
  CHECK(sent["tools"][0]["function"]["name"] == "f");
  CHECK(sent["tools"][0]["function"]["strict"] == true);
  CHECK(sent["tool_choice"]["function"]["name"] == "f");
  CHECK(sent["response_format"]["json_schema"]["schema"]["a"] == 1);
  CHECK(sent["reasoning_effort"] == "low");
  CHECK(sent["max_tokens"] == 50);
  CHECK(sent["temperature"] == 0.5);
  CHECK(sent["user"] == "u1");
  CHECK(sent["stream"] == true);
  CHECK(got.request.conversation == "c9");
  CHECK(got.request.tier == agent::ServiceTier::priority);
  CHECK_FALSE(got.request.store);
  CHECK(got.request.cancel_on_leaving);
  CHECK(json::parse(got.request.metadata)["k"] == "v");
  const json echo = json::parse("{" + got.request.echo.substr(1) + "}");
  CHECK(echo["tools"][0]["name"] == "f");
  CHECK(echo["text"]["format"]["name"] == "n");
  CHECK_FALSE(echo.contains("input"));
}

TEST_CASE("the least of a request to the Responses API", "[request]") {
  const Read got = responses(R"({"input":"hi","background":true,"unknown":{"a":1}})");
  REQUIRE(got.good);
  CHECK(got.request.background);
  CHECK(got.request.store);
  CHECK_FALSE(got.request.cancel_on_leaving);  // nobody need wait for it
  CHECK(got.sent()["messages"][0]["content"] == "hi");
  CHECK_FALSE(got.sent().contains("unknown"));
  const Read told = responses(
      R"({"input":"hi","agentcore":{"on_disconnect":"cancel"},"background":true})");
  CHECK(told.request.cancel_on_leaving);
}

TEST_CASE("one generic sentence where explanations are off", "[bad_input]") {
  Request request;
  Problem problem;
  CHECK_FALSE(agent::read_request(Api::chat, "{\"a\":NaN}", {}, request, problem));
  CHECK(problem.code == agent::ProblemCode::invalid_request);
  CHECK(problem.errors.empty());
  CHECK(problem.detail.find("NaN") == std::string::npos);
}

TEST_CASE("what is meant by a misspelt word", "[bad_input][REQ-066]") {
  constexpr std::string_view names[] = {"model", "messages", "n", "user", "top_p"};
  const auto nearest = [&](std::string_view word) { return agent::nearest(word, names); };
  CHECK(nearest("modle") == "model");
  CHECK(nearest("mesages") == "messages");
  CHECK(nearest("usr") == "user");
  CHECK(nearest("x").empty());
  CHECK(nearest("nn").empty());
  CHECK(nearest("modifier").empty());
  CHECK(nearest(std::string(10'000, 'm')).empty());
}

TEST_CASE("whatever comes in is a request or a problem", "[bad_input][REQ-067]") {
  const world::Random random(11);
  const std::string whole =
      R"({"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"a"}]}],)"
      R"("tools":[{"type":"function","name":"f"}],"metadata":{"k":"v"},"text":{"format":)"
      R"({"type":"json_object"}},"conversation":{"id":"c"},"x":1e5})";
  int taken = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    std::string body = whole;
    for (std::uint64_t k = 0; k <= i % 3; ++k) {
      const std::size_t at = random.below(body.size(), world::Purpose("at"), i, k);
      body[at] = "\"\\{}[],:1u \x80x"[random.below(13, world::Purpose("byte"), i, k)];
    }
    const Read got = responses(body);
    if (got.good != json::accept(body) && got.good) FAIL("taken, and no JSON: " << body);
    if (!got.good && (got.problem.errors.empty() || got.problem.detail.empty())) {
      FAIL("refused without a word: " << body);
    }
    if (!got.good) continue;
    ++taken;
    if (!json::accept(agent::render_prompt(got.request, "m", got.request.messages))) {
      FAIL("sent on: " << body);
    }
  }
  CHECK(taken > 300);
}
