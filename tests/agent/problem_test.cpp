// The body of an error, member by member; and the schemas that errors point to.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "agent/api/problem.hpp"
#include "agent/api/request_reader.hpp"
#include "agent/api/schemas.hpp"

using agent::Problem;
using agent::ProblemCode;
using agent::ProblemContext;
using nlohmann::json;
using namespace std::chrono_literals;

TEST_CASE("an error has every member that it can have", "[problem][REQ-027][REQ-033][REQ-065]") {
  Problem problem;
  problem.code = ProblemCode::queue_full;
  problem.detail = "The queue is full.";
  problem.retry_after = 45s;
  problem.queue_position = 3;
  problem.queue_eta = 44'500ms;
  problem.execution = agent::Execution::partial;
  problem.errors.push_back({"#/messages/0/role", "string", "null", "write \"user\"", "d"});
  problem.available = {R"({"what":"cache"})"};
  problem.attempts = {R"({"provider":"primary","outcome":"timeout"})"};
  problem.next_actions = {R"({"action":"Fetch it.","method":"GET","url":"/v1/responses/r1"})"};
  ProblemContext context;
  context.request = "req_1";
  context.trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  context.path = "/v1/responses";
  const json body = json::parse(agent::body_of(problem, context));
  CAPTURE(body.dump(2));
  CHECK(body["type"] == "urn:agent:problem:queue_full");
  CHECK(body["status"] == 429);
  CHECK(body["phase"] == "queue");
  CHECK(body["execution"]["state"] == "partial");
  CHECK(body["retry_after_ms"] == 45'000);
  CHECK(body["queue"]["position"] == 3);
  CHECK(body["queue"]["eta_seconds"] == 45);
  CHECK(body["queue"]["message"] == "You're #3 in queue, ~45 seconds wait");
  CHECK(body["errors"][0] == json({{"pointer", "#/messages/0/role"},
                                   {"detail", "d"},
                                   {"expected", "string"},
                                   {"got", "null"},
                                   {"suggestion", "write \"user\""}}));
  CHECK(body["available"][0]["what"] == "cache");
  CHECK(body["provider_attempts"][0]["provider"] == "primary");
  CHECK(body["next_actions"][0]["url"] == "/v1/responses/r1");
  CHECK(body["request_id"] == "req_1");
  CHECK(body["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK(body["error"]["param"] == "messages[0].role");
  CHECK(body["error"]["code"] == "queue_full");
  CHECK(body["error"]["message"] == "The queue is full.; write \"user\"");
}

TEST_CASE("every code has a next action, and its URL is one of this API",
          "[problem][REQ-027][REQ-061]") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < agent::kProblemCodes; ++i) {
    Problem problem;
    problem.code = static_cast<ProblemCode>(i);
    problem.detail = "It happened.";
    const world::HttpResponse response = agent::response_of(problem, ProblemContext{});
    const json body = json::parse(response.body);
    CAPTURE(body.dump());
    CHECK(names.insert(body["code"]).second);
    CHECK(response.status >= 400);
    REQUIRE_FALSE(body["next_actions"].empty());
    for (const json& action : body["next_actions"]) {
      CHECK(action["action"].get<std::string>().size() > 10);
      CHECK(action.contains("url") == action.contains("method"));
      const std::string url = action.value("url", "/v1/");
      CHECK(url.starts_with("/v1/"));
      CHECK(url.find("{schema}") == std::string::npos);
    }
    // Who may come again is told when, where waiting is all it takes.
    const bool later = response.status == 429 || response.status == 503;
    CHECK((!later || !response.headers.get("retry-after").empty()));
  }
}

TEST_CASE("statuses and types of the table", "[problem][REQ-074]") {
  struct Row {
    const char* name;
    int status;
    const char* type;
  };
  constexpr const char* kIana = "https://iana.org/assignments/http-problem-types#";
  const std::vector<Row> rows = {{"unauthorized", 401, ""},
                                 {"not_found", 404, ""},
                                 {"method_not_allowed", 405, ""},
                                 {"payload_too_large", 413, ""},
                                 {"request_timeout", 408, ""},
                                 {"idempotency_key_reuse", 422, ""},
                                 {"request_in_progress", 409, ""},
                                 {"response_not_found", 404, ""},
                                 {"response_expired", 404, ""},
                                 {"cursor_too_old", 410, ""},
                                 {"edge_limited", 429, "quota-exceeded"},
                                 {"user_rate_limited", 429, "quota-exceeded"},
                                 {"daily_quota_exceeded", 429, "quota-exceeded"},
                                 {"abnormal_usage_detected", 429, "abnormal-usage-detected"},
                                 {"reduced_capacity", 503, "temporary-reduced-capacity"},
                                 {"command_timeout", 504, ""},
                                 {"backend_timeout", 504, ""},
                                 {"queue_timeout", 503, ""},
                                 {"internal_error", 500, ""},
                                 {"store_unavailable", 503, ""},
                                 {"shutting_down", 503, ""},
                                 {"cycle", 422, ""},
                                 {"agent_not_found", 404, ""},
                                 {"workflow_invalid", 400, ""},
                                 {"workflow_failed", 500, ""},
                                 {"task_execution_failed", 502, ""},
                                 {"workflow_timeout", 504, ""},
                                 {"workflow_limited", 429, ""},
                                 {"workflow_capacity", 503, "temporary-reduced-capacity"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::optional<ProblemCode> code;
    for (std::size_t i = 0; i < agent::kProblemCodes; ++i) {
      const auto each = static_cast<ProblemCode>(i);
      if (agent::name_of(each) == row.name) code = each;
    }
    REQUIRE(code.has_value());
    CHECK(agent::status_of(*code) == row.status);
    Problem problem;
    problem.code = *code;
    problem.cycle = {"A", "B", "A"};
    const json body = json::parse(agent::body_of(problem, ProblemContext{}));
    const std::string type = *row.type == '\0' ? std::string("urn:agent:problem:") + row.name
                                               : std::string(kIana) + row.type;
    CHECK(body["type"] == type);
    CHECK(body["cycle"] == json({"A", "B", "A"}));
  }
}

TEST_CASE("the media type of an error", "[problem]") {
  struct Row {
    const char* path;
    const char* accept;
    const char* type;
  };
  const std::vector<Row> rows = {
      {"/v1/chat/completions", "", "application/json"},
      {"/v1/responses", "application/json", "application/json"},
      {"/v1/responses/r1", "application/problem+json, */*", "application/problem+json"},
      {"/v1/queue", "", "application/problem+json"},
      {"", "", "application/json"}};
  for (const Row& row : rows) {
    CAPTURE(row.path, row.accept);
    ProblemContext context;
    context.path = row.path;
    context.accept = row.accept;
    Problem problem;
    CHECK(agent::response_of(problem, context).headers.get("content-type") == row.type);
  }
}

TEST_CASE("no key leaves with an error", "[problem][REQ-073][REQ-076]") {
  Problem problem;
  problem.detail = "The provider said: bad key sk-proj-abcdefgh12345678\x1b[0m.";
  const json body = json::parse(agent::body_of(problem, ProblemContext{}));
  CHECK(body["detail"] == "The provider said: bad key [redacted][0m.");
  CHECK(body.dump().find("abcdefgh") == std::string::npos);
}

TEST_CASE("bytes that are too many, or no request", "[problem][REQ-068]") {
  world::HttpLimits limits;
  limits.body_bytes_max = 1'000;
  const Problem large = agent::problem_of(world::Failure::too_large, limits);
  CHECK(agent::status_of(large.code) == 413);
  CHECK(large.errors[0].expected == "at most 1000 bytes");
  CHECK(agent::status_of(agent::problem_of(world::Failure::malformed, limits).code) == 400);
  CHECK(agent::status_of(agent::problem_of(world::Failure::timed_out, limits).code) == 408);
}

TEST_CASE("the schemas name every member, with its bounds", "[problem][REQ-065]") {
  const json chat = json::parse(agent::schema_of(agent::Api::chat));
  CHECK(chat["required"] == json({"messages"}));
  CHECK(chat["properties"].size() == agent::chat_rules().size());
  const json temperature = chat["properties"]["temperature"]["anyOf"];
  CHECK(temperature[0] == json({{"type", "number"}, {"minimum", 0}, {"maximum", 2}}));
  CHECK(temperature[1]["type"] == "null");
  const json responses = json::parse(agent::schema_of(agent::Api::responses));
  CHECK(responses["required"] == json({"input"}));
  CHECK(responses["properties"]["input"]["anyOf"].size() == 2);
  CHECK(responses["properties"]["service_tier"]["anyOf"][0]["enum"][3] == "priority");
}
