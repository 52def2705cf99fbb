// What the OpenAI chat dialect writes for answers and refusals of every kind, without a backend.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "fakes/dialects/openai_chat.hpp"
#include "world/sse.hpp"

using nlohmann::json;

namespace {

const fakes::OpenAiChat dialect;

std::vector<json> chunks_of(const fakes::Answer& answer) {
  std::string out;
  fakes::StreamCursor cursor(dialect, answer);
  for (std::int64_t n = fakes::events_of(dialect, answer); cursor.event() < n; cursor.next()) {
    dialect.write_event(out, answer, cursor.place(), cursor.event());
  }
  world::SseReader reader;
  std::vector<world::SseEvent> events;
  REQUIRE(reader.feed(out, events).has_value());
  REQUIRE(events.back().data == "[DONE]");
  events.pop_back();
  std::vector<json> chunks;
  for (const world::SseEvent& event : events) chunks.push_back(json::parse(event.data));
  return chunks;
}

fakes::Answer two_calls() {
  fakes::Answer answer;
  answer.has_text = false;
  answer.calls = {{"call_1", "look", R"({"city":"Köln"})", 4}, {"call_2", "see", "{}", 1}};
  answer.finish = fakes::Finish::tool_calls;
  return answer;
}

}  // namespace

TEST_CASE("parallel tool calls, whole", "[openai]") {
  std::string out;
  dialect.write_answer(out, two_calls());
  const json choice = json::parse(out)["choices"][0];
  CHECK(choice["finish_reason"] == "tool_calls");
  CHECK(choice["message"]["content"].is_null());
  const json& calls = choice["message"]["tool_calls"];
  REQUIRE(calls.size() == 2);
  CHECK(calls[0] == json::parse(R"({"id":"call_1","type":"function","function":{"name":"look",
      "arguments":"{\"city\":\"K\u00f6ln\"}"}})"));
  CHECK(calls[1]["id"] == "call_2");
}

TEST_CASE("parallel tool calls, streamed by their index", "[openai]") {
  const fakes::Answer answer = two_calls();
  const std::vector<json> chunks = chunks_of(answer);
  REQUIRE(chunks.size() == 1 + 1 + 4 + 1 + 1 + 1);
  CHECK(chunks[0]["choices"][0]["delta"]["content"].is_null());
  std::array<std::string, 2> arguments;
  std::array<std::string, 2> names;
  for (const json& chunk : chunks) {
    const json& delta = chunk["choices"][0]["delta"];
    if (!delta.contains("tool_calls")) continue;
    REQUIRE(delta["tool_calls"].size() == 1);
    const json& call = delta["tool_calls"][0];
    const std::size_t index = call["index"];
    names.at(index) += call["function"].value("name", "");
    arguments.at(index) += call["function"]["arguments"];
  }
  CHECK(names == std::array<std::string, 2>{"look", "see"});
  CHECK(arguments[0] == answer.calls[0].arguments);
  CHECK(arguments[1] == "{}");
  CHECK(chunks.back()["choices"][0]["finish_reason"] == "tool_calls");
}

TEST_CASE("every finish has its word", "[openai]") {
  using fakes::Finish;
  const auto [finish, word] = GENERATE(
      std::pair(Finish::stop, "stop"), std::pair(Finish::length, "length"),
      std::pair(Finish::tool_calls, "tool_calls"),
      std::pair(Finish::content_filter, "content_filter"));
  fakes::Words words;
  fakes::Answer answer;
  answer.text = fakes::ReplyText::checkable("[reply]", 2, false, words);
  answer.finish = finish;
  CHECK(chunks_of(answer).back()["choices"][0]["finish_reason"] == word);
}

TEST_CASE("padding makes chunks alike, and is off until it is asked for", "[openai]") {
  fakes::Words words;
  fakes::Answer answer;
  answer.text = fakes::ReplyText::checkable("[reply]", 40, false, words);
  for (const json& chunk : chunks_of(answer)) CHECK_FALSE(chunk.contains("obfuscation"));
  answer.obfuscate = true;
  for (const json& chunk : chunks_of(answer)) {
    const std::size_t size = chunk["obfuscation"].get<std::string>().size();
    CHECK(size >= 1);
    CHECK(size <= 16);
  }
  const std::string body = R"({"model":"m","messages":[{"role":"user","content":"x"}],
      "stream_options":{"include_obfuscation":true}})";
  fakes::ChatRequest request;
  REQUIRE_FALSE(dialect.parse(body, request).has_value());
  CHECK(request.obfuscate);
  CHECK_FALSE(request.include_usage);
}

TEST_CASE("each status is said in OpenAI's words", "[openai]") {
  struct Row {
    int status;
    const char* type;
    const char* code;  // empty: null
  };
  const Row row = GENERATE(
      Row{400, "invalid_request_error", ""}, Row{401, "invalid_request_error", "invalid_api_key"},
      Row{403, "request_forbidden", "unsupported_country_region_territory"},
      Row{404, "invalid_request_error", "model_not_found"},
      Row{408, "server_error", "request_timeout"}, Row{409, "invalid_request_error", "conflict"},
      Row{413, "invalid_request_error", "request_too_large"},
      Row{418, "invalid_request_error", ""},
      Row{422, "invalid_request_error", "unprocessable_entity"},
      Row{429, "requests", "rate_limit_exceeded"}, Row{500, "server_error", ""},
      Row{502, "cf_bad_gateway", "502"}, Row{503, "server_error", "server_is_overloaded"},
      Row{504, "server_error", "gateway_timeout"}, Row{529, "server_error", ""});
  const fakes::Refusal refusal = dialect.refusal_of(row.status);
  CHECK(refusal.status == row.status);
  std::string out;
  dialect.write_refusal(out, refusal, 1);
  const json error = json::parse(out)["error"];
  CHECK(error["type"] == row.type);
  CHECK((error["code"].is_null() ? "" : error["code"].get<std::string>()) == row.code);
  CHECK_FALSE(error["message"].get<std::string>().empty());
  CHECK(error["param"].is_null());
}

TEST_CASE("spent money is a 429 of its own", "[openai]") {
  const fakes::Refusal refusal = dialect.refusal_of_quota();
  CHECK(refusal.status == 429);
  CHECK(refusal.type == "insufficient_quota");
  CHECK(refusal.code == "insufficient_quota");
}
