// What the core takes for a request and what it sends on; hostile input gets a no, never a crash.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/api/request.hpp"
#include "world/random.hpp"

using agent::History;
using agent::Request;
using nlohmann::json;

namespace {

bool reads(const std::string& body, Request& request) {
  return agent::read_request(body, agent::RequestLimits{5}, request);
}

bool reads(const std::string& body) {
  Request request;
  return reads(body, request);
}

std::string with(const std::string& member) {
  return R"({"model":"agent","messages":[{"role":"user","content":"hi"}],)" + member + "}";
}

const std::string kMessage = R"({"role":"user","content":"x"})";

}  // namespace

TEST_CASE("a request is read", "[request]") {
  Request request;
  REQUIRE(
      reads(R"({"messages":[{"role":"user","content":"[turn u17.s2.t5] hi"} , {"role":"user",)"
            R"("content":"two"}],"model":"agent","user":"u17","stream":true,"max_tokens":120,)"
            R"("metadata":{"conversation":"u17.s2","x":[1]},"temperature":0.5,"a\"b":{"c":[]}})",
            request));
  CHECK(request.user == "u17");
  CHECK(request.conversation == "u17.s2");
  CHECK(request.stream);
  CHECK(request.messages.size() == 2);
  History prompt;
  prompt.add(R"({"role":"assistant","content":"before"})");
  prompt.add(request.messages);
  const json sent = json::parse(agent::render_prompt(request, "fake-1", prompt));
  CHECK(sent["model"] == "fake-1");
  CHECK(sent["messages"].size() == 3);
  CHECK(sent["messages"][1]["content"] == "[turn u17.s2.t5] hi");
  CHECK(sent["max_tokens"] == 120);
  CHECK(sent["temperature"] == 0.5);
  CHECK(sent["a\"b"]["c"].is_array());
  CHECK(sent["stream"] == true);
  CHECK(sent["user"] == "u17");
  CHECK_FALSE(sent.contains("metadata"));
}

TEST_CASE("valid and invalid requests", "[request][REQ-067]") {
  struct Row {
    std::string body;
    bool valid;
  };
  const std::vector<Row> rows = {
      {with(R"("x":1)"), true},
      {with(R"("user":null,"stream":null,"max_tokens":null,"metadata":null)"), true},
      {with(R"("user":"\u0000\ud83d\ude00")"), true},
      {R"({"messages":[{"role":"assistant","content":null},{"role":"user","content":[]}]})", true},
      {"", false},
      {"null", false},
      {"NaN", false},
      {"[]", false},
      {"{}", false},
      {"\"text\"", false},
      {R"({"messages":null})", false},
      {R"({"messages":[]})", false},
      {R"({"messages":{}})", false},
      {R"({"messages":[null]})", false},
      {R"({"messages":[[]]})", false},
      {R"({"messages":[{}]})", false},
      {R"({"messages":[{"role":"user"}]})", false},
      {R"({"messages":[{"role":"user","content":null}]})", false},
      {R"({"messages":[{"role":"user","content":NaN}]})", false},
      {R"({"messages":[{"role":"user","content":7}]})", false},
      {R"({"messages":[{"role":7,"content":"x"}]})", false},
      {R"({"messages":[{"role":"king","content":"x"}]})", false},
      {"{\"messages\":[" + kMessage + "," + kMessage + "]}", true},
      {"{\"messages\":[" + kMessage + kMessage + "]}", false},
      {"{\"messages\":[" + kMessage + "," + kMessage + "," + kMessage + "," + kMessage + "," +
           kMessage + "," + kMessage + "]}",
       false},  // one more than messages_max
      {with(R"("user":7)"), false},
      {with(R"("user":")" + std::string(257, 'u') + "\""), false},
      {with(R"("stream":"true")"), false},
      {with(R"("stream":1)"), false},
      {with(R"("max_tokens":0)"), false},
      {with(R"("max_tokens":-1)"), false},
      {with(R"("max_tokens":1.5)"), false},
      {with(R"("max_tokens":99999999999999999999)"), false},
      {with(R"("max_tokens":"9")"), false},
      {with(R"("metadata":"x")"), false},
      {with(R"("metadata":{"conversation":1})"), false},
      {with(R"("metadata":{"conversation":")" + std::string(300, 'c') + "\"}"), false},
      {with("\"x\":\"\xff\""), false},
      {with("\"x\":\"\\ud800\""), false},
      {with(R"("x":)" + std::string(100, '[') + std::string(100, ']')), false},
      {with(R"("x":)" + std::string(1'000'000, '[')), false},
      {with(R"("x":)" + std::string(500'000, '{')), false},
      {with(R"("x":1)") + "x", false},
      {with(R"("x":1)") + " \n", true}};
  for (const Row& row : rows) {
    CAPTURE(row.body.substr(0, 120));
    CHECK(reads(row.body) == row.valid);
  }
}

TEST_CASE("whatever is read can be sent on as JSON", "[request]") {
  const world::Random random(3);
  const std::string whole =
      R"({"messages":[{"role":"user","content":"a\u0041"}],"user":"u\n1","x":{"y":[1,"z"]},)"
      R"("metadata":{"conversation":"c"},"stream":false})";
  int read = 0;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    std::string body = whole;
    for (std::uint64_t k = 0; k <= i % 3; ++k) {
      const std::size_t at = random.below(body.size(), world::Purpose("at"), i, k);
      body[at] = "\"\\{}[],:1u \x80x"[random.below(13, world::Purpose("byte"), i, k)];
    }
    Request request;
    if (!reads(body, request)) continue;
    ++read;
    const std::string sent = agent::render_prompt(request, "m", request.messages);
    if (!json::accept(sent)) FAIL("sent on: " << sent);
  }
  CHECK(read > 1'000);
}

TEST_CASE("a history keeps its newest messages", "[request]") {
  History history;
  for (const char* message : {"1", "22", "333", "4444"}) history.add(message);
  CHECK(history.text() == "1,22,333,4444");
  history.keep_last(4);
  CHECK(history.size() == 4);
  history.keep_last(2);
  CHECK(history.text() == "333,4444");
  History other;
  other.add(history);
  other.add("5");
  CHECK(other.text() == "333,4444,5");
  other.keep_last(0);
  CHECK(other.text().empty());
}
