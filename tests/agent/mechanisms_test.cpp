// The small parts of the core: waits, budgets, what counts as an answer, errors, lines of the
// ledger.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/providers/backoff.hpp"
#include "agent/providers/completion.hpp"
#include "agent/ledger_json.hpp"
#include "agent/api/problem.hpp"
#include "agent/limits/user_budget.hpp"
#include "tests/support/worlds.hpp"

using namespace std::chrono_literals;
using agent::Completion;
using agent::Defect;
using agent::Problem;
using agent::ProblemCode;
using nlohmann::json;
using world::Nanos;

namespace {

world::Task<void> nap(world::Clock& clock, Nanos time) { co_await clock.sleep(time); }

std::optional<Nanos> retry_after(const char* name, const char* value) {
  world::HttpHeaders headers;
  headers.add(name, value);
  return agent::retry_after_of(headers, 784'111'777'000'000'000);  // 1994-11-06 08:49:37 UTC
}

}  // namespace

TEST_CASE("what a response says of when to come back", "[backoff][REQ-021]") {
  struct Row {
    const char* name;
    const char* value;
    std::optional<Nanos> wait;
  };
  const Row rows[] = {{"retry-after", "7", 7s},
                      {"retry-after-ms", "1500", 1500ms},
                      {"retry-after", "Sun, 06 Nov 1994 08:50:37 GMT", 60s},
                      {"retry-after", "Sun, 06 Nov 1994 08:48:37 GMT", std::nullopt},
                      {"retry-after", "-5", std::nullopt},
                      {"retry-after", "soon", std::nullopt},
                      {"retry-after", "", std::nullopt},
                      {"retry-after", "99999999999", 24h},
                      {"retry-after", "99999999999999999999", 24h},
                      {"retry-after-ms", "99999999999999999999", 24h},
                      {"retry-after", "-99999999999999999999", std::nullopt},
                      {"retry-after", "99999999999999999999s", std::nullopt},
                      {"retry-after", "Sun, 06 Nov 2400 08:49:37 GMT", 24h},
                      {"retry-after", "Fri, 31 Dec 9999 23:59:59 GMT", 24h},
                      {"retry-after", "Mon, 01 Jan 0001 00:00:00 GMT", std::nullopt},
                      {"x-other", "7", std::nullopt}};
  for (const Row& row : rows) {
    CAPTURE(row.name, row.value);
    CHECK(retry_after(row.name, row.value) == row.wait);
  }
}

TEST_CASE("jitter stays in the upper half, is keyed, and spreads", "[backoff][REQ-020]") {
  const world::Random random(7);
  Nanos least = 5s;
  Nanos most{0};
  for (int i = 0; i < 1'000; ++i) {
    const Nanos wait = agent::jittered(5s, random, "u" + std::to_string(i), 1);
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  CHECK(least >= 2500ms);
  CHECK(most <= 5s);
  CHECK(least < 2550ms);
  CHECK(most > 4950ms);
  CHECK(agent::jittered(5s, random, "a", 1) == agent::jittered(5s, random, "a", 1));
  CHECK(agent::jittered(5s, random, "a", 1) != agent::jittered(5s, random, "a", 2));
}

TEST_CASE("retries are a fifth of the calls, over a floor of one a second", "[backoff][REQ-022]") {
  world::SimClock clock;
  agent::RetryConfig config;
  config.budget_percent = 20;
  config.budget_floor = 2;
  agent::RetryBudget budget(clock, config);
  CHECK(budget.take());
  CHECK(budget.take());
  CHECK_FALSE(budget.take());
  for (int i = 0; i < 5; ++i) budget.on_call();
  CHECK(budget.take());
  CHECK_FALSE(budget.take());
  clock.run(nap(clock, 1s));
  CHECK(budget.take());
  CHECK_FALSE(budget.take());
  clock.run(nap(clock, 1h));
  CHECK(budget.take());
  CHECK(budget.take());
  CHECK_FALSE(budget.take());
}

TEST_CASE("budgets reserve before and settle after", "[budget][REQ-133]") {
  world::SimClock clock;
  agent::BudgetConfig config;
  config.tokens = 1'000;
  agent::UserBudget budget(clock, config, 100, Defect::none);
  {
    agent::UserBudget::Charge first(budget, "a", 600);
    agent::UserBudget::Charge second(budget, "a", 600);
    CHECK_FALSE(first.refused());
    CHECK(second.refused());
    CHECK(second.retry_after() == 60s);
    agent::UserBudget::Charge other(budget, "b", 600);
    CHECK_FALSE(other.refused());
    first.settle(100);
  }
  CHECK(budget.spent("a") == 100);
  CHECK(budget.spent("b") == 0);  // it got no answer
  { agent::UserBudget::Charge unknown(budget, "a", 500); unknown.settle(-1); }
  CHECK(budget.spent("a") == 600);
  clock.run(nap(clock, 60s));
  CHECK(budget.spent("a") == 0);
}

TEST_CASE("what is an answer, and what is none", "[completion][REQ-070][REQ-071]") {
  struct Row {
    const char* content;  // JSON text
    bool answer;
  };
  const Row rows[] = {
      {"hello", true},
      {"", false},
      {" \\n\\t ", false},
      {R"({\"thought\":\"a\",\"action\":\"b\"})", false},
      {R"(```json\n{\"plan\":[],\"tool\":\"b\"}\n```)", false},
      {R"( {\"thought\":\"a\"} )", true},           // one word is no plan
      {R"({\"name\":\"a\",\"price\":1})", true},    // JSON that was asked for
      {R"(I plan: {\"thought\":1,\"action\":2})", true},
      {R"({\"thought\":\"a\",\"action\")", true}};  // not JSON: whatever it is
  for (const Row& row : rows) {
    CAPTURE(row.content);
    Completion completion;
    const std::string body = R"({"choices":[{"message":{"content":")" + std::string(row.content) +
                             R"("},"finish_reason":"stop"}],"usage":{"completion_tokens":3}})";
    REQUIRE(agent::read_completion(body, completion));
    CHECK(completion.tokens == 3);
    CHECK(agent::fault_of(completion, Defect::none).empty() == row.answer);
  }
}

TEST_CASE("bodies that are no completion", "[completion][REQ-069]") {
  for (const char* body : {"", "<html>", "{}", R"({"choices":[]})", R"({"choices":null})",
                           R"({"choices":[{"message":{"content":7}}]})",
                           R"({"choices":[{"message":{"content":"a"}}]} x)",
                           R"({"choices":[{"delta":{"content":"a"}}]})"}) {
    CAPTURE(body);
    Completion completion;
    CHECK_FALSE(agent::read_completion(body, completion));
  }
}

TEST_CASE("calls of tools come in fragments", "[completion]") {
  Completion c;
  agent::ChunkAdds adds;
  const auto chunk = [&](const std::string& delta) {
    return agent::read_chunk(R"({"choices":[{"index":0,"delta":)" + delta + "}]}", c, adds);
  };
  CHECK(chunk(R"({"role":"assistant","content":null})"));
  CHECK_FALSE(adds.calls);
  CHECK(chunk(R"({"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":""}}]})"));
  CHECK(chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]})"));
  CHECK(chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"}"}}]})"));
  CHECK(adds.calls);
  CHECK_FALSE(chunk("nonsense"));
  CHECK_FALSE(agent::read_chunk(R"({"error":{"message":"x"}})", c, adds));
  REQUIRE(c.calls.size() == 2);
  CHECK(c.calls[0].id == "a");
  CHECK(c.calls[0].arguments == "{}");
  CHECK(c.calls[1].name == "g");
  chunk(R"({"tool_calls":[{"index":9999,"id":"z"}]})");
  CHECK(c.calls.size() == 2);
}

TEST_CASE("errors have the members of both worlds", "[problem][REQ-061][REQ-076]") {
  for (std::size_t i = 0; i < agent::kProblemCodes; ++i) {
    Problem problem;
    problem.code = static_cast<ProblemCode>(i);
    problem.detail = "It \"broke\".";
    problem.retry_after = 1500ms;
    agent::ProblemContext context;
    context.request = "u1.s0.t0";
    context.provider_key = "sk-secret";
    const world::HttpResponse response = agent::response_of(problem, context);
    const json body = json::parse(response.body);
    CAPTURE(response.body);
    CHECK(response.status == agent::status_of(problem.code));
    CHECK(body["status"] == response.status);
    const std::string type = body["type"];
    const bool is_iana = type.starts_with("https://iana.org/assignments/http-problem-types#");
    CHECK((is_iana || type == "urn:agent:problem:" + std::string(agent::name_of(problem.code))));
    CHECK(body["detail"] == problem.detail);
    CHECK(body["error"]["message"] == problem.detail);
    CHECK(body["error"]["code"] == body["code"]);
    CHECK_FALSE(body["title"].get<std::string>().empty());
    CHECK(body["instance"] == "urn:agent:request:u1.s0.t0");
    CHECK(body["retryable"].is_boolean());
    CHECK(body["retry_after_ms"] == 1500);
    CHECK_FALSE(body["next_actions"].empty());
    CHECK(response.headers.get("retry-after") == "2");
    CHECK(response.headers.get("content-type") == "application/json");
    CHECK(response.body.find("secret") == std::string::npos);
    context.defect = Defect::leaks_internals;
    CHECK(agent::body_of(problem, context).find("sk-secret") != std::string::npos);
    context.honest = false;
    CHECK_FALSE(json::parse(agent::response_of(problem, context).body).contains("detail"));
  }
}

TEST_CASE("the ledger as lines and back", "[ledger]") {
  for (std::size_t i = 0; i < agent::kLedgerKinds; ++i) {
    agent::LedgerEntry entry;
    entry.kind = static_cast<agent::LedgerKind>(i);
    entry.request = "u1.s0.t0";
    entry.key = i % 2 == 0 ? "pri\"mary\n" : "";
    entry.from = "closed";
    entry.to = "open";
    entry.value = static_cast<std::int64_t>(i) - 3;
    entry.limit = std::numeric_limits<std::int64_t>::max();
    const std::string line = agent::to_line(entry, 81'234);
    CAPTURE(line);
    CHECK(line.find('\n') == std::string::npos);
    const auto read = agent::from_line(line);
    REQUIRE(read.has_value());
    CHECK(read->at_ns == 81'234);
    CHECK(read->entry.kind == entry.kind);
    CHECK(read->entry.request == entry.request);
    CHECK(read->entry.key == entry.key);
    CHECK(read->entry.from == entry.from);
    CHECK(read->entry.to == entry.to);
    CHECK(read->entry.value == entry.value);
    CHECK(read->entry.limit == entry.limit);
  }
  agent::LedgerEntry huge;
  huge.key = std::string(1 << 20, '\x01');
  CHECK(agent::to_line(huge, 1).size() <= agent::kLedgerLineBytesMax);
  CHECK(agent::from_line(agent::to_line(huge, 1)).has_value());
}

TEST_CASE("lines that are none", "[ledger]") {
  for (const char* line : {"", "listening on 127.0.0.1:1", "{}", R"({"at_ns":1})",
                           R"({"kind":"called"})", R"({"at_ns":1,"kind":"danced"})",
                           R"({"at_ns":"1","kind":"called"})", R"({"at_ns":1,"kind":"called"} x)",
                           R"({"at_ns":1,"kind":"called","value":1.5})"}) {
    CAPTURE(line);
    CHECK_FALSE(agent::from_line(line).has_value());
  }
  CHECK(agent::from_line(R"({"at_ns":1,"kind":"called","later":[1]})").has_value());
}
