// The dialect of OpenAI's responses: objects, the order and numbers of events, and refusals; read
// with a JSON library that the fake itself does not use.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "fakes/dialects/openai_responses.hpp"
#include "tests/fakes/responses_world.hpp"
#include "world/sse.hpp"

using namespace support;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string kWhole = "[reply u17.s2.t5] t2 t3" +
                           fakes::checksum_token(4, "[reply u17.s2.t5] t2 t3");

const std::vector<std::string> kTextOrder = {
    "response.created",           "response.in_progress",      "response.output_item.added",
    "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
    "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
    "response.content_part.done", "response.output_item.done", "response.completed"};

std::vector<std::string> types_of(const std::vector<json>& events) {
  std::vector<std::string> types;
  for (const json& event : events) types.push_back(event["type"]);
  return types;
}

// All events of an answer, as the dialect writes them.
std::vector<json> written(const fakes::Answer& answer) {
  const fakes::OpenAiResponses dialect;
  std::string out;
  fakes::StreamCursor cursor(dialect, answer);
  for (std::int64_t n = fakes::events_of(dialect, answer); cursor.event() < n; cursor.next()) {
    dialect.write_event(out, answer, cursor.place(), cursor.event());
  }
  return events_in(out);
}

}  // namespace

TEMPLATE_TEST_CASE("a plain response has one message, the tokens asked for, and a usage",
                   "[responses]", InSim, Live) {
  ResponsesWorld<TestType> fake;
  const json response = fake.post(input({17, 2, 5}, 4));
  CHECK(response["object"] == "response");
  CHECK(response["status"] == "completed");
  CHECK(response["background"] == false);
  CHECK(response["error"].is_null());
  CHECK(response["model"] == "fake-1");
  CHECK(response["max_output_tokens"] == 4);
  REQUIRE(response["output"].size() == 1);
  const json& item = response["output"][0];
  CHECK(item["type"] == "message");
  CHECK(item["status"] == "completed");
  CHECK(item["content"][0]["type"] == "output_text");
  CHECK(item["content"][0]["text"] == kWhole);
  CHECK(response["usage"]["output_tokens"] == 4);
  CHECK(response["usage"]["total_tokens"] == response["usage"]["input_tokens"].get<int>() + 4);
  CHECK(response["completed_at"].get<std::int64_t>() >= response["created_at"]);
}

TEMPLATE_TEST_CASE("a streamed response says the same in the order of OpenAI's events",
                   "[responses]", InSim, Live) {
  ResponsesWorld<TestType> fake;
  const Body body = fake.request(post("/v1/responses", input({17, 2, 5}, 4, R"(,"stream":true)")));
  REQUIRE(body.whole);
  CHECK(body.headers.get("content-type") == "text/event-stream; charset=utf-8");
  CHECK(body.text.find("[DONE]") == std::string::npos);
  const std::vector<json> events = events_in(body.text);  // numbers and names are checked there
  CHECK(types_of(events) == kTextOrder);
  std::string text;
  for (const json& event : events) {
    if (event["type"] == "response.output_text.delta") text += event["delta"];
  }
  CHECK(text == kWhole);
  CHECK(events[0]["response"]["status"] == "in_progress");
  CHECK(events[8]["text"] == kWhole);
  CHECK(events[9]["part"]["text"] == kWhole);
  const json& last = events.back()["response"];
  CHECK(last["status"] == "completed");
  CHECK(last["output"][0]["content"][0]["text"] == kWhole);
  CHECK(last["output"][0]["id"] == events[4]["item_id"]);
  CHECK(last["usage"]["output_tokens"] == 4);
}

TEST_CASE("created comes at once, the text with the time to first token", "[responses]") {
  ResponsesWorld<InSim> fake;
  fake.request(post("/v1/responses", input({1, 0, 0}, 3, R"(,"stream":true)")));
  const auto& record = fake.fake.records.at(0);
  CHECK(record.first_write == record.at);
  CHECK(record.last_write - record.at == 40ms + 2 * 10ms);
  CHECK(record.tokens == 3);
}

TEST_CASE("function calls are items of their own, streamed by their arguments", "[responses]") {
  fakes::Answer answer;
  answer.id = 7;
  answer.model = "m";
  answer.has_text = false;
  answer.calls = {{"call_1", "look", R"({"a":1})", 3}, {"call_2", "see", "{}", 1}};
  answer.finish = fakes::Finish::tool_calls;
  const std::vector<json> events = written(answer);
  CHECK(types_of(events) ==
        std::vector<std::string>{
            "response.created", "response.in_progress", "response.output_item.added",
            "response.function_call_arguments.delta", "response.function_call_arguments.delta",
            "response.function_call_arguments.delta", "response.function_call_arguments.done",
            "response.output_item.done", "response.output_item.added",
            "response.function_call_arguments.delta", "response.function_call_arguments.done",
            "response.output_item.done", "response.completed"});
  CHECK(events[2]["item"]["arguments"] == "");
  CHECK(events[2]["item"]["name"] == "look");
  std::string arguments;
  for (int i = 3; i < 6; ++i) arguments += events[i]["delta"];
  CHECK(arguments == R"({"a":1})");
  CHECK(events[6]["arguments"] == arguments);
  const json& output = events.back()["response"]["output"];
  REQUIRE(output.size() == 2);
  CHECK(output[0]["id"] != output[1]["id"]);
  CHECK(output[1] == json::parse(R"({"type":"function_call","id":"fc_0000000000000007_1",
      "call_id":"call_2","name":"see","arguments":"{}","status":"completed"})"));
  CHECK(events[9]["output_index"] == 1);
}

TEST_CASE("each end has its terminal event, status and details", "[responses]") {
  using fakes::Finish;
  struct Row {
    Finish finish;
    const char* type;
    const char* status;
    const char* reason;  // empty: no details
    const char* item;    // its last status
  };
  const Row row = GENERATE(
      Row{Finish::stop, "response.completed", "completed", "", "completed"},
      Row{Finish::length, "response.incomplete", "incomplete", "max_output_tokens", "incomplete"},
      Row{Finish::content_filter, "response.incomplete", "incomplete", "content_filter",
          "incomplete"},
      Row{Finish::error, "response.failed", "failed", "", ""});
  CAPTURE(row.type);
  fakes::Words words;
  fakes::Answer answer;
  answer.text = fakes::ReplyText::checkable("[reply]", 2, false, words);
  answer.finish = row.finish;
  const std::vector<json> events = written(answer);
  CHECK(events.back()["type"] == row.type);
  const json& response = events.back()["response"];
  CHECK(response["status"] == row.status);
  const json& details = response["incomplete_details"];
  CHECK((details.is_null() ? "" : details["reason"].get<std::string>()) == row.reason);
  if (row.finish == Finish::error) {
    CHECK(events[events.size() - 2]["type"] == "response.output_text.delta");
    CHECK(response["error"]["code"] == "server_error");
    CHECK(response["output"].empty());
    CHECK(response["usage"].is_null());
  } else {
    CHECK(events[events.size() - 2]["item"]["status"] == row.item);
    CHECK(response["error"].is_null());
  }
}

TEST_CASE("an error in a stream is an event with the next number", "[responses]") {
  const fakes::OpenAiResponses dialect;
  std::string out;
  dialect.write_stream_error(out, dialect.refusal_of(500), 5);
  world::SseReader reader;
  std::vector<world::SseEvent> events;
  REQUIRE(reader.feed(out, events).has_value());
  REQUIRE(events.size() == 1);
  CHECK(events[0].type == "error");
  const json event = json::parse(events[0].data);
  CHECK(event["type"] == "error");
  CHECK(event["code"] == "server_error");
  CHECK(event["sequence_number"] == 5);
  CHECK(event.contains("message"));
  CHECK(event["param"].is_null());
}

TEST_CASE("padding comes when it is asked for, and makes lengths alike", "[responses]") {
  ResponsesWorld<InSim> fake;
  const std::string further = R"(,"stream":true,"stream_options":{"include_obfuscation":true})";
  const Body body = fake.request(post("/v1/responses", input({1, 0, 0}, 30, further)));
  for (const json& event : events_in(body.text)) {
    const bool delta = event["type"] == "response.output_text.delta";
    CHECK(event.contains("obfuscation") == delta);
    if (delta) CHECK(event["obfuscation"].get<std::string>().size() <= 16);
  }
}

TEST_CASE("what the answer repeats of its request", "[responses]") {
  ResponsesWorld<InSim> fake;
  const json response = fake.post(input(
      {1, 0, 0}, 2, R"(,"instructions":"be \u00e9","metadata":{"a":"b"},"store":false)"));
  CHECK(response["instructions"] == "be \u00e9");
  CHECK(response["metadata"] == json{{"a", "b"}});
  CHECK(response["store"] == false);
  CHECK(response["user"] == "u1");
  CHECK(fake.get(response["id"])["error"]["message"] ==
        "Response with id '" + response["id"].get<std::string>() + "' not found.");
}

TEST_CASE("items are read: messages, calls, their outputs", "[responses]") {
  const std::string body = R"({"input":[
    {"role":"user","content":"[turn u1.s1.t0] a"},
    {"type":"message","role":"assistant","content":[{"type":"output_text","text":
      "[reply u1.s1.t0] t2"}]},
    {"type":"message","role":"user","content":[{"type":"input_text","text":"[turn u1.s1.t1]"}]},
    {"type":"reasoning","id":"rs_1","summary":[]},
    {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
    {"type":"function_call_output","call_id":"c1","output":"42"}],
    "instructions":"[turn u9.s9.t9]","model":"m","tools":[{"type":"web_search"},
    {"type":"function","name":"f","parameters":{}}]})";
  fakes::ChatRequest request;
  const fakes::OpenAiResponses dialect;
  REQUIRE_FALSE(dialect.parse(body, request).has_value());
  using fakes::Role;
  const std::vector<fakes::Marker> expected = {{Role::system, false, {9, 9, 9}},
                                               {Role::user, false, {1, 1, 0}},
                                               {Role::assistant, true, {1, 1, 0}},
                                               {Role::user, false, {1, 1, 1}}};
  CHECK(request.markers == expected);
  CHECK(request.asked == world::TurnId{1, 1, 1});
  CHECK(request.messages == 7);
  CHECK(request.turns == 2);
  CHECK(request.tool_results == 1);
  CHECK(request.last_tool_result == "42");
  CHECK(request.tools == std::vector<std::string>{"f"});
}

TEST_CASE("a response builds on the one before", "[responses]") {
  ResponsesWorld<InSim> fake;
  const json first = fake.post(input({3, 0, 0}, 4));
  const std::string further = R"(,"previous_response_id":")" + first["id"].get<std::string>() + '"';
  const json second = fake.post(input({3, 0, 1}, 4, further));
  CHECK(second["previous_response_id"] == first["id"]);
  CHECK(second["usage"]["input_tokens"].get<int>() >
        first["usage"]["input_tokens"].get<int>() + 4);
  const auto& record = fake.fake.records.at(1);
  CHECK(record.messages == 3);
  using fakes::Role;
  const std::vector<fakes::Marker> expected = {{Role::user, false, {3, 0, 0}},
                                               {Role::assistant, true, {3, 0, 0}},
                                               {Role::user, false, {3, 0, 1}}};
  CHECK(record.markers == expected);
  // The result of a tool goes on with the turn that asked for it.
  const std::string chained = R"({"model":"m","input":[{"type":"function_call_output",
      "call_id":"c","output":"x"}],"previous_response_id":")" +
                              second["id"].get<std::string>() + "\"}";
  const json third = fake.post(chained);
  CHECK(third["output"][0]["content"][0]["text"].get<std::string>().rfind("[reply u3.s0.t1]", 0) ==
        0);
}

TEST_CASE("requests that are not valid get 400 in OpenAI's form", "[responses]") {
  struct Row {
    const char* body;
    const char* param;  // empty: null
    const char* code;   // the same
  };
  const char* kMissing = "missing_required_parameter";
  const Row row = GENERATE_COPY(
      Row{"", "", ""}, Row{"null", "", ""}, Row{"[]", "", ""}, Row{"{", "", ""},
      Row{"{}", "model", kMissing}, Row{R"({"model":"m"})", "input", kMissing},
      Row{R"({"model":"m","input":null})", "input", kMissing},
      Row{R"({"model":1,"input":"x"})", "model", "invalid_type"},
      Row{R"({"model":"m","input":1})", "input", "invalid_type"},
      Row{R"({"model":"m","input":[1]})", "input[0]", "invalid_type"},
      Row{R"({"model":"m","input":[{}]})", "input[0].role", kMissing},
      Row{R"({"model":"m","input":[{"role":"user"}]})", "input[0].content", kMissing},
      Row{R"({"model":"m","input":[{"role":"king","content":"x"}]})", "input[0].role",
          "invalid_value"},
      Row{R"({"model":"m","input":[{"role":"user","content":"x"},{"role":"tool","content":"x"}]})",
          "input[1].role", "invalid_value"},
      Row{R"({"model":"m","input":[{"role":"user","content":[1]}]})", "input[0].content",
          "invalid_type"},
      Row{R"({"model":"m","input":[{"role":"user","content":[{}]}]})", "input[0].content[].type",
          kMissing},
      Row{R"({"model":"m","input":[{"type":"nonsense"}]})", "input[0].type", "invalid_value"},
      Row{R"({"model":"m","input":[{"type":"function_call_output","output":"x"}]})",
          "input[0].call_id", kMissing},
      Row{R"({"model":"m","input":[{"type":"function_call_output","call_id":"c"}]})",
          "input[0].output", kMissing},
      Row{R"({"model":"m","input":[{"type":"function_call","call_id":"c","name":"f"}]})",
          "input[0].arguments", kMissing},
      Row{R"({"model":"m","input":"x","max_output_tokens":0})", "max_output_tokens",
          "integer_below_min_value"},
      Row{R"({"model":"m","input":"x","max_output_tokens":"1"})", "max_output_tokens",
          "invalid_type"},
      Row{R"({"model":"m","input":"x","stream":1})", "stream", "invalid_type"},
      Row{R"({"model":"m","input":"x","store":"no"})", "store", "invalid_type"},
      Row{R"({"model":"m","input":"x","instructions":[]})", "instructions", "invalid_type"},
      Row{R"({"model":"m","input":"x","metadata":{"a":1}})", "metadata", "invalid_type"},
      Row{R"({"model":"m","input":"x","metadata":[]})", "metadata", "invalid_type"},
      Row{R"({"model":"m","input":"x","tools":[{"type":"function"}]})", "tools[].name", kMissing},
      Row{R"({"model":"m","input":"x","background":true,"store":false})", "background",
          "invalid_value"},
      Row{R"({"model":"m","input":"x","previous_response_id":"resp_0"})", "previous_response_id",
          "previous_response_not_found"},
      Row{R"({"model":"m","input":"x","previous_response_id":"resp_00000000000000ff"})",
          "previous_response_id", "previous_response_not_found"},
      Row{"{\"model\":\"m\",\"input\":\"\xff\"}", "", ""},
      Row{R"({"model":"m","input":"x"} x)", "", ""});
  CAPTURE(row.body);
  ResponsesWorld<InSim> fake;
  const Body body = fake.request(post("/v1/responses", row.body));
  CHECK(body.status == 400);
  const json error = json::parse(body.text)["error"];
  const auto text = [&error](const char* name) {
    return error[name].is_null() ? std::string() : error[name].get<std::string>();
  };
  CHECK(error["type"] == "invalid_request_error");
  CHECK(text("param") == row.param);
  CHECK(text("code") == row.code);
  REQUIRE(fake.fake.records.size() == 1);
  CHECK(fake.fake.records[0].end == fakes::End::rejected);
}

TEST_CASE("routes of responses", "[responses]") {
  using fakes::Call;
  struct Row {
    const char* method;
    const char* path;
    Call call;
    const char* id;
  };
  const Row row = GENERATE(
      Row{"POST", "/v1/responses", Call::chat, ""},
      Row{"GET", "/v1/responses", Call::wrong_method, ""},
      Row{"GET", "/v1/responses/resp_1", Call::fetch, "resp_1"},
      Row{"DELETE", "/v1/responses/resp_1", Call::remove, "resp_1"},
      Row{"POST", "/v1/responses/resp_1", Call::wrong_method, ""},
      Row{"POST", "/v1/responses/resp_1/cancel", Call::cancel, "resp_1"},
      Row{"GET", "/v1/responses/resp_1/cancel", Call::wrong_method, "resp_1"},
      Row{"GET", "/v1/responses/resp_1/other", Call::none, ""},
      Row{"GET", "/v1/responses/", Call::none, ""},
      Row{"GET", "/v1/responsesx", Call::none, ""},
      Row{"POST", "/v1/chat/completions", Call::none, ""},
      Row{"GET", "/v1/models", Call::models, ""});
  CAPTURE(row.method, row.path);
  const fakes::OpenAiResponses dialect;
  const fakes::Route route = dialect.route(row.method, row.path);
  CHECK(route.call == row.call);
  if (route.call != Call::wrong_method) CHECK(route.id == row.id);
}
