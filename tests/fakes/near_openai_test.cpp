// The dialects that speak almost as OpenAI does, Mistral, Groq and Cerebras: what each does
// otherwise, and that they are alike in the rest.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/fakes/dialect_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using fakes::Finish;
using nlohmann::json;

namespace {

const fakes::Dialect& mistral() { return dialect_named("mistral"); }
const fakes::Dialect& groq() { return dialect_named("groq"); }
const fakes::Dialect& cerebras() { return dialect_named("cerebras"); }

fakes::Answer answer_for(const fakes::Dialect& dialect, bool text, int calls) {
  AnswerParts parts{text, calls, dialect.whole_tool_calls() ? 1 : 3};
  fakes::Answer answer = answer_of(parts, calls > 0 ? Finish::tool_calls : Finish::stop);
  answer.include_usage = true;
  return answer;
}

// The chunks of a stream, without the mark at its end.
std::vector<json> chunks_of(const fakes::Dialect& dialect, const fakes::Answer& answer) {
  std::vector<json> chunks;
  auto events = events_in(stream_of(dialect, answer));
  CHECK(events.back().data() == "[DONE]");
  events.pop_back();
  for (const DialectEvent& event : events) {
    CHECK(event.name.empty());
    chunks.push_back(event.data());
  }
  return chunks;
}

json finish_chunk(const std::vector<json>& chunks) {
  for (const json& chunk : chunks) {
    if (!chunk["choices"].empty() && !chunk["choices"][0]["finish_reason"].is_null()) return chunk;
  }
  return {};
}

}  // namespace

TEMPLATE_TEST_CASE("near OpenAI: answers and streams on the wire", "[near-openai]", InSim, Live) {
  const std::string name = GENERATE("mistral", "groq", "cerebras");
  const bool stream = GENERATE(false, true);
  CAPTURE(name, stream);
  fakes::Backend backend = steady_backend();
  backend.dialect = name;
  FakeWorld<TestType> fake({}, backend);
  const std::string path(dialect_named(name).chat_path());
  const Talk talk = fake.talk(post(path, ask({1, 0, 2}, stream, 3)), 2s,
                              stream ? "0\r\n\r\n" : "\"total_tokens\"");
  const Body body = body_of(talk.bytes);
  CHECK(body.status == 200);
  CHECK(body.whole);
  CHECK(count(body.text, "[reply u1.s0.t2]") == 1);
}

TEST_CASE("near OpenAI: a stream and a whole answer say the same", "[near-openai]") {
  const std::string name = GENERATE("openai-chat", "mistral", "groq", "cerebras");
  const auto shape = GENERATE(std::pair{true, 0}, std::pair{true, 2}, std::pair{false, 1});
  CAPTURE(name, shape.first, shape.second);
  const fakes::Dialect& dialect = dialect_named(name);
  const fakes::Answer answer = answer_for(dialect, shape.first, shape.second);
  const json whole = whole_of(dialect, answer);
  std::string text;
  json calls = json::array();
  json usage;
  for (const json& chunk : chunks_of(dialect, answer)) {
    CHECK(chunk["id"] == whole["id"]);
    CHECK(chunk["model"] == answer.model);
    CHECK(chunk["object"] == "chat.completion.chunk");
    if (chunk.contains("usage")) usage = chunk["usage"];
    if (chunk["choices"].empty()) continue;
    const json& choice = chunk["choices"][0];
    REQUIRE(choice.contains("finish_reason"));
    if (choice["delta"].contains("content") && choice["delta"]["content"].is_string()) {
      text += choice["delta"]["content"].get<std::string>();
    }
    for (const json& call : choice["delta"].value("tool_calls", json::array())) {
      if (call.contains("id")) {
        CHECK(call["index"] == calls.size());
        calls.push_back(call);
        continue;
      }
      json& arguments = calls[call["index"].get<std::size_t>()]["function"]["arguments"];
      arguments = arguments.get<std::string>() + call["function"]["arguments"].get<std::string>();
    }
  }
  for (json& call : calls) call.erase("index");
  const json& message = whole["choices"][0]["message"];
  CHECK(text == (shape.first ? message["content"].get<std::string>() : ""));
  CHECK(calls == message.value("tool_calls", json::array()));
  CHECK(usage == whole["usage"]);
  CHECK(usage["total_tokens"] == answer.prompt_tokens + answer.units());
}

TEST_CASE("mistral: no usage is null, and it comes with the finish; calls come whole",
          "[near-openai]") {
  const auto chunks = chunks_of(mistral(), answer_for(mistral(), true, 2));
  int calls = 0;
  for (const json& chunk : chunks) {
    REQUIRE(chunk["choices"].size() == 1);
    const json& choice = chunk["choices"][0];
    CHECK(chunk.contains("usage") == !choice["finish_reason"].is_null());
    for (const json& call : choice["delta"].value("tool_calls", json::array())) {
      ++calls;
      CHECK(call["function"]["arguments"] == kArguments);
      CHECK(call["function"].contains("name"));
    }
  }
  CHECK(calls == 2);
  CHECK(finish_chunk(chunks) == chunks.back());
  CHECK(mistral().call_id(0x123456789abcdef0).size() == 9);
}

TEST_CASE("mistral: errors in their four forms", "[near-openai]") {
  const json limit = refusal_body(mistral(), mistral().refusal_of(429));
  CHECK(limit == json::parse(R"({"object":"error","message":"Rate limit exceeded",
    "type":"rate_limited","param":null,"code":"1300","raw_status_code":429})"));
  const json capacity = refusal_body(mistral(), mistral().refusal_of(503));
  CHECK(capacity == json::parse(R"({"object":"error","message":"Service tier capacity exceeded for)"
                                R"( this model.","type":"invalid_request_error","param":null,)"
                                R"("code":null})"));
  CHECK(refusal_body(mistral(), mistral().refusal_of_quota())["message"] ==
        "Inactive subscription or usage limit reached");
  CHECK(refusal_body(mistral(), mistral().refusal_of(401)).contains("request_id"));
  const auto row = GENERATE(
      std::pair{"{", R"({"type":"json_invalid","loc":["body"]})"},
      std::pair{"{}", R"({"type":"missing","loc":["body","model"],"msg":"Field required"})"},
      std::pair{R"({"model":"m"})", R"({"type":"missing","loc":["body","messages"]})"},
      std::pair{R"({"messages":[{}]})", R"({"type":"missing","loc":["body","messages","role"]})"},
      std::pair{R"({"max_tokens":0})", R"({"type":"value_error","loc":["body","max_tokens"]})"});
  CAPTURE(row.first);
  const Verdict verdict = verdict_on(mistral(), row.first);
  CHECK(verdict.status == 422);
  REQUIRE(verdict.body()["detail"].size() == 1);
  CHECK_FALSE(verdict.body()["detail"][0]["msg"].get<std::string>().empty());
  const json expected = json::parse(row.second);
  for (const auto& [key, value] : expected.items()) {
    CHECK(verdict.body()["detail"][0][key] == value);
  }
}

TEST_CASE("groq: x_groq on the first and the last chunk, times in the usage", "[near-openai]") {
  const auto chunks = chunks_of(groq(), answer_for(groq(), true, 1));
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const bool last = chunks[i] == finish_chunk(chunks);
    CHECK(chunks[i].contains("x_groq") == (i == 0 || last));
    if (last) CHECK(chunks[i]["x_groq"]["usage"]["completion_tokens"] == 6);
    if (chunks[i].contains("usage")) CHECK(chunks[i]["choices"].empty());
  }
  const json whole = whole_of(groq(), answer_for(groq(), true, 0));
  for (const char* time : {"queue_time", "prompt_time", "completion_time", "total_time"}) {
    CHECK(whole["usage"][time].is_number());
  }
  CHECK(whole["x_groq"]["id"].get<std::string>().starts_with("req_"));
}

TEST_CASE("groq: errors, whole and within a stream", "[near-openai]") {
  const auto row = GENERATE(std::pair{400, "tool_use_failed"}, std::pair{401, "invalid_api_key"},
                            std::pair{404, "model_not_found"},
                            std::pair{413, "rate_limit_exceeded"},
                            std::pair{429, "rate_limit_exceeded"},
                            std::pair{498, "capacity_exceeded"}, std::pair{500, ""});
  const fakes::Refusal refusal = groq().refusal_of(row.first);
  CHECK(refusal.status == row.first);
  const json error = refusal_body(groq(), refusal)["error"];
  CHECK(error.value("code", "") == row.second);
  CHECK(error.contains("failed_generation") == (row.first == 400));
  std::string out;
  groq().write_stream_error(out, refusal, 1);
  const auto events = events_in(out);
  REQUIRE(events.size() == 1);
  CHECK(events[0].name == "error");
  CHECK(events[0].data()["error"]["status_code"] == row.first);
  CHECK(verdict_on(groq(), "{}").body()["error"]["message"] ==
        "Missing required parameter: 'model'.");
}

TEST_CASE("cerebras: the finish brings usage and times; errors have no envelope",
          "[near-openai]") {
  const auto chunks = chunks_of(cerebras(), answer_for(cerebras(), true, 1));
  for (const json& chunk : chunks) {
    CHECK(chunk.contains("time_info") == (chunk == chunks.back()));
    CHECK(chunk.contains("usage") == (chunk == chunks.back()));
  }
  CHECK(whole_of(cerebras(), answer_for(cerebras(), true, 0))["time_info"]["total_time"] > 0);
  CHECK(refusal_body(cerebras(), cerebras().refusal_of(429)) ==
        json::parse(R"({"message":"Requests per minute limit exceeded - too many requests sent.",)"
                    R"("type":"too_many_requests_error","param":"quota",)"
                    R"("code":"request_quota_exceeded"})"));
  std::string out;
  cerebras().write_stream_error(out, cerebras().refusal_of(500), 1);
  CHECK(events_in(out)[0].data()["status_code"] == 500);
  CHECK(events_in(out)[0].data()["error"]["type"] == "server_error");
  const Verdict verdict = verdict_on(cerebras(), R"({"model":"m"})");
  CHECK(verdict.status == 400);
  CHECK(verdict.body()["code"] == "wrong_api_format");
  CHECK(verdict.body()["message"].get<std::string>().starts_with("body.messages: "));
}

TEST_CASE("cerebras: warming is answered, and is no request", "[near-openai]") {
  fakes::Backend backend = steady_backend();
  backend.dialect = "cerebras";
  FakeWorld<InSim> fake({}, backend);
  const Talk talk = fake.talk("GET /v1/tcp_warming HTTP/1.1\r\nhost: x\r\n\r\n", 500ms);
  CHECK(body_of(talk.bytes).status == 200);
  CHECK(fake.records.empty());
  CHECK(cerebras().route("GET", "/v1/tcp_warming").call == fakes::Call::warm);
}

TEST_CASE("headers in the providers' own units", "[near-openai]") {
  struct Row {
    const char* dialect;
    const char* name;
    const char* value;
  };
  const Row row = GENERATE(Row{"groq", "x-ratelimit-limit-requests", "14400"},
                           Row{"groq", "x-ratelimit-reset-requests", "6s"},
                           Row{"groq", "x-ratelimit-reset-tokens", "1.57s"},
                           Row{"groq", "x-request-id", "req_010000000000000abc"},
                           Row{"cerebras", "x-ratelimit-limit-requests-day", "14400"},
                           Row{"cerebras", "x-ratelimit-reset-requests-day", "6.000"},
                           Row{"cerebras", "x-ratelimit-reset-tokens-minute", "1.570"},
                           Row{"mistral", "x-ratelimit-remaining-tokens-minute", "95000"},
                           Row{"mistral", "mistral-correlation-id", "0000000000000abc"},
                           Row{"cohere", "x-trial-endpoint-call-remaining", "999"});
  CAPTURE(row.dialect, row.name);
  CHECK(headers_of(dialect_named(row.dialect), some_facts()).get(row.name) == row.value);
}

TEST_CASE("where each provider's client looks for it", "[near-openai]") {
  struct Row {
    const char* dialect;
    const char* variable;
    const char* base;
    const char* chat;
    const char* models;
  };
  const Row row = GENERATE(
      Row{"openai-chat", "OPENAI_BASE_URL", "/v1", "/v1/chat/completions", "/v1/models"},
      Row{"anthropic", "ANTHROPIC_BASE_URL", "", "/v1/messages", "/v1/models"},
      Row{"cohere", "CO_API_URL", "", "/v2/chat", "/v1/models"},
      Row{"mistral", "", "", "/v1/chat/completions", "/v1/models"},
      Row{"groq", "GROQ_BASE_URL", "", "/openai/v1/chat/completions", "/openai/v1/models"},
      Row{"cerebras", "CEREBRAS_BASE_URL", "", "/v1/chat/completions", "/v1/models"});
  const fakes::Dialect& dialect = dialect_named(row.dialect);
  CHECK(dialect.base_url_variable() == row.variable);
  CHECK(dialect.base_path() == row.base);
  CHECK(dialect.route("POST", row.chat).call == fakes::Call::chat);
  CHECK(dialect.route("GET", row.models).call == fakes::Call::models);
  CHECK(dialect.route("GET", std::string(row.models) + "/m").id == "m");
}
