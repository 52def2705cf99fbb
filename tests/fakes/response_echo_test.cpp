// What OpenAI's responses say again of their request, and the list of what they were made from.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/fakes/responses_world.hpp"

using namespace support;
using nlohmann::json;

namespace {

std::string items_path(const json& response, const std::string& query = {}) {
  return "/v1/responses/" + response["id"].get<std::string>() + "/input_items" + query;
}

std::vector<std::string> ids_of(const json& list) {
  std::vector<std::string> ids;
  for (const json& item : list["data"]) ids.push_back(item["id"]);
  return ids;
}

}  // namespace

TEST_CASE("a response says again what was asked, plain and streamed", "[responses]") {
  const bool stream = GENERATE(false, true);
  // With line breaks, which would end an event.
  const std::string asked = R"(,
    "tools": [{"type": "function", "name": "f",
               "parameters": {"type": "object"}}],
    "tool_choice": {"type": "function", "name": "f"}, "metadata": {"a":
      "b"}, "temperature": 0.5, "top_p": 0.9, "parallel_tool_calls": false, "truncation": "auto",
    "reasoning": {"effort": "low"}, "text": {"format": {"type": "json_object"},
    "verbosity": "low"})";
  ResponsesWorld<InSim> fake;
  const std::string further = asked + (stream ? R"(,"stream":true)" : "");
  const Body body = fake.request(post("/v1/responses", input({1, 0, 0}, 4, further)));
  REQUIRE(body.status == 200);
  const json response =
      stream ? events_in(body.text).back()["response"] : json::parse(body.text);
  const json expected = json::parse("{" + asked.substr(1) + "}");
  for (const auto& [name, value] : expected.items()) {
    CAPTURE(name);
    CHECK(response[name] == value);
  }
}

TEST_CASE("a response has defaults for what was not asked", "[responses]") {
  ResponsesWorld<InSim> fake;
  const json response = fake.post(input({1, 0, 0}, 4, R"(,"tools":null,"temperature":null)"));
  CHECK(response["tools"] == json::array());
  CHECK(response["tool_choice"] == "auto");
  CHECK(response["temperature"] == 1);
  CHECK(response["text"]["format"]["type"] == "text");
  CHECK(response["parallel_tool_calls"] == true);
}

TEMPLATE_TEST_CASE("input items: what a response was made from", "[responses]", InSim, Live) {
  ResponsesWorld<TestType> fake;
  const std::string body = R"({"model":"m","input":[
    {"role":"user","content":"one"},
    {"type":"message","role":"assistant","id":"msg_own","status":"completed","content":
      [{"type":"output_text","text":"two"}]},
    {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
    {"type":"function_call_output","call_id":"c1","output":"42"}]})";
  const json response = fake.post(body);
  const auto get = [&fake](const std::string& path) {
    return parsed(fake.request(bare("GET", path)));
  };
  const json all = get(items_path(response));
  CHECK(all["object"] == "list");
  CHECK(all["has_more"] == false);
  REQUIRE(all["data"].size() == 4);
  CHECK(all["data"][0]["output"] == "42");  // the last one first
  CHECK(all["data"][2]["id"] == "msg_own");
  const json& first = all["data"][3];
  CHECK(first["type"] == "message");
  CHECK(first["role"] == "user");
  CHECK(first["content"][0] == json{{"type", "input_text"}, {"text", "one"}});
  CHECK(all["first_id"] == all["data"][0]["id"]);
  CHECK(all["last_id"] == first["id"]);

  const json two = get(items_path(response, "?order=asc&limit=2"));
  CHECK(two["has_more"] == true);
  CHECK(ids_of(two) == std::vector<std::string>{first["id"], "msg_own"});
  const json rest = get(items_path(response, "?order=asc&after=msg_own"));
  CHECK(rest["has_more"] == false);
  CHECK(ids_of(rest) == std::vector<std::string>{all["data"][1]["id"], all["data"][0]["id"]});
}

TEST_CASE("input items: of a text; of a response that is not there; by another method",
          "[responses]") {
  ResponsesWorld<InSim> fake;
  const json response = fake.post(input({1, 0, 0}, 4));
  const json list = parsed(fake.request(bare("GET", items_path(response))));
  REQUIRE(list["data"].size() == 1);
  CHECK(list["data"][0]["content"][0]["text"] == world::marker({1, 0, 0}) + " hello");
  const json unknown = {{"id", "resp_0000000000000000"}};
  CHECK(fake.request(bare("GET", items_path(unknown))).status == 404);
  CHECK(fake.request(bare("POST", items_path(response))).status == 405);
}
