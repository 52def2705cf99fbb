// Answers of the core's own: where they come from, how long they may serve, and that nobody is
// given what another was told.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/providers/degraded.hpp"
#include "tests/support/worlds.hpp"

using namespace std::chrono_literals;
using agent::DegradedAnswer;
using agent::DegradedAnswers;
using agent::DegradedConfig;
using agent::DegradeWhen;
using agent::History;
using agent::Problem;
using agent::Request;
using nlohmann::json;
using world::Nanos;

namespace {

struct Bench {
  world::SimClock clock;
  DegradedConfig config;
  std::unique_ptr<DegradedAnswers> answers;

  explicit Bench(DegradedConfig c = {}) : config(std::move(c)) {
    config.when = DegradeWhen::first_failure;
    answers = std::make_unique<DegradedAnswers>(clock, config);
  }

  static Request asking(const std::string& user, const std::string& text) {
    Request request;
    request.user = request.whose = user;
    request.model = "m";
    request.messages.add(R"({"role":"user","content":")" + text + "\"}");
    return request;
  }
  void told(const std::string& user, const std::string& text, const std::string& answer,
            const History& before = {}) {
    const Request request = asking(user, text);
    History prompt = before;
    prompt.add(request.messages);
    answers->remember(request, prompt, answer);
  }
  DegradedAnswer ask(const std::string& user, const std::string& text,
                     const History& before = {}) {
    const Request request = asking(user, text);
    History prompt = before;
    prompt.add(request.messages);
    Problem problem;
    problem.retry_after = 41500ms;
    return answers->answer(request, prompt, problem);
  }
  void pass(Nanos time) {
    struct Nap {
      static world::Task<void> take(world::Clock& c, Nanos t) { co_await c.sleep(t); }
    };
    clock.run(Nap::take(clock, time));
  }
};

History earlier() {
  History history;
  history.add(R"({"role":"user","content":"before"})");
  return history;
}

}  // namespace

TEST_CASE("the same prompt, then the same question, then our own words", "[degraded][REQ-059]") {
  Bench b;
  b.told("anna", "What is TLS?", "A protocol.");
  b.pass(90s);
  const DegradedAnswer same = b.ask("anna", "What is TLS?");
  CHECK(same.source == "cache");
  CHECK(same.text == "A protocol.");
  CHECK(same.age == 90s);
  const DegradedAnswer elsewhere = b.ask("anna", " what  is tls? ", earlier());
  CHECK(elsewhere.source == "last_good");
  CHECK(elsewhere.text == "A protocol.");
  const DegradedAnswer none = b.ask("anna", "And TCP?");
  CHECK(none.source == "local");
  CHECK(none.age == 0s);
  CHECK(none.text.find("42 seconds") != std::string::npos);
  CHECK(none.text.find("background") != std::string::npos);
}

TEST_CASE("what one user was told is for nobody else", "[degraded]") {
  Bench b;
  b.told("anna", "Where do I live?", "In Bonn.");
  CHECK(b.ask("bert", "Where do I live?").source == "local");
  CHECK(b.ask("", "Where do I live?").source == "local");
  b.told("", "Who am I?", "Somebody.");
  CHECK(b.ask("", "Who am I?", earlier()).source == "local");
  CHECK(b.ask("", "Who am I?").source == "cache");
}

TEST_CASE("answers grow old, and the oldest leave", "[degraded]") {
  DegradedConfig config;
  config.cache_for = 60s;
  config.last_good_for = 120s;
  config.entries_max = 6;
  Bench b(config);
  b.told("anna", "a", "A");
  b.pass(60s);
  CHECK(b.ask("anna", "a").source == "cache");
  b.pass(1s);
  CHECK(b.ask("anna", "a").source == "last_good");
  b.pass(60s);
  CHECK(b.ask("anna", "a").source == "local");
  for (const char* text : {"b", "c", "d", "e"}) b.told("anna", text, "x");
  CHECK(b.answers->size() == 6);
  CHECK(b.ask("anna", "b").source == "local");
  CHECK(b.ask("anna", "c").source == "cache");
  b.told("anna", "c", "y");
  CHECK(b.ask("anna", "c").text == "y");
  CHECK(b.answers->size() == 6);
  b.told("anna", std::string(70'000, 'z'), "too large to keep");
  CHECK(b.answers->size() == 6);
}

TEST_CASE("nothing is kept when it is off, and no entry may be", "[degraded]") {
  DegradedConfig config;
  config.entries_max = 0;
  Bench b(config);
  b.told("anna", "a", "A");
  CHECK(b.answers->bytes() == 0);
  CHECK(b.ask("anna", "a").source == "local");
  world::SimClock clock;
  const DegradedConfig never;
  DegradedAnswers off(clock, never);
  CHECK_FALSE(off.on());
}

TEST_CASE("as a completion, whole and in events, it says what it is", "[degraded][REQ-059]") {
  const DegradedAnswer answer{R"(Say \"hello\".)", "last_good", 90s};
  const json body = json::parse(agent::completion_body(answer, "r1", 1'700'000'000));
  CHECK(body["object"] == "chat.completion");
  CHECK(body["choices"][0]["message"]["content"] == "Say \"hello\".");
  CHECK(body["agentcore"]["degraded"] == true);
  CHECK(body["agentcore"]["source"] == "last_good");
  CHECK(body["agentcore"]["age_s"] == 90);
  const std::string events = agent::completion_events(answer, "r1", 1'700'000'000);
  const std::size_t begin = events.find("data: ") + 6;
  const json chunk = json::parse(events.substr(begin, events.find('\n', begin) - begin));
  CHECK(chunk["choices"][0]["delta"]["content"] == "Say \"hello\".");
  CHECK(chunk["agentcore"]["degraded"] == true);
  CHECK(events.find(R"("finish_reason":"stop")") != std::string::npos);
}

TEST_CASE("what the caller did, and what was begun, nothing stands in for", "[degraded]") {
  Problem problem;
  problem.code = agent::ProblemCode::circuit_open;
  CHECK(agent::may_stand_in(problem));
  problem.execution = agent::Execution::partial;
  CHECK_FALSE(agent::may_stand_in(problem));
  problem.execution = agent::Execution::not_started;
  for (const auto code : {agent::ProblemCode::invalid_request, agent::ProblemCode::queue_full,
                          agent::ProblemCode::tool_rounds_exceeded}) {
    problem.code = code;
    CHECK_FALSE(agent::may_stand_in(problem));
  }
}
