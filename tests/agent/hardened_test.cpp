// The sound core in front of fakes that fail: what its users get, when, and what the ledger says.
#include <catch2/catch.hpp>

#include "tests/agent/core_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::Config;
using agent::LedgerKind;
using world::TurnId;

namespace {

Setup with(std::vector<fakes::Fault> faults = {}, Config config = profile("hardened")) {
  Setup setup;
  setup.config = std::move(config);
  setup.faults = std::move(faults);
  return setup;
}

Setup with_tools(std::vector<fakes::Fault> faults = {}) {
  Setup setup = with(std::move(faults));
  setup.config.tools = {"tools"};
  setup.backends["tools"].dialect = "mcp";
  fakes::ReplyRule rule;
  rule.match.tool_results = world::CountRange{0, 0};
  rule.calls = {fakes::ReplyCall{"add_note", R"({"text":"milk"})", {}}};
  setup.backends["primary"].replies = {rule};
  return setup;
}

fakes::Fault first_attempts(std::uint32_t n, fakes::FaultAction action) {
  fakes::Fault f = fault(std::move(action));
  f.attempts = {1, n};
  return f;
}

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

// Without answers of its own, so that errors are seen.
Config without_degraded() {
  Config config = profile("hardened");
  config.degraded.when = agent::DegradeWhen::never;
  return config;
}

// Calls of models, not of tools.
std::size_t models_called(const CoreWorld& w) {
  std::size_t n = 0;
  for (const auto& entry : w.entries(LedgerKind::called)) n += entry.key == "primary" ? 1 : 0;
  return n;
}

// Every request that was received has ended once, and what was called has ended.
void check_books(const CoreWorld& w) {
  const std::size_t ended = w.entries(LedgerKind::answered).size() +
                            w.entries(LedgerKind::refused).size() +
                            w.entries(LedgerKind::abandoned).size();
  CHECK(w.entries(LedgerKind::received).size() == ended);
  CHECK(w.entries(LedgerKind::called).size() == w.entries(LedgerKind::call_ended).size());
}

}  // namespace

TEST_CASE("what passes is tried again, and what does not is said",
          "[hardened][REQ-019][REQ-024][REQ-028][REQ-057][REQ-069][REQ-071]") {
  struct Row {
    const char* what;
    fakes::FaultAction action;
    std::uint32_t strikes;  // so many first attempts
    int status;
    std::size_t calls;
    const char* code;  // of an error
    std::size_t more_streamed = 0;  // calls: the first word of a stream is waited for less long
  };
  const std::vector<Row> rows = {
      {"503", fakes::Status{503, "", {}}, 1, 200, 2, ""},
      {"500", fakes::Status{500, "", {}}, 3, 200, 4, ""},
      {"HTML", fakes::Status{502, "<html>", {}}, 1, 200, 2, ""},
      {"429", fakes::RateLimit{5s}, 1, 200, 2, ""},
      {"reset", fakes::Reset{0}, 1, 200, 2, ""},
      {"no text", fakes::Content{fakes::ContentHow::empty}, 1, 200, 2, ""},
      {"no choices", fakes::Content{fakes::ContentHow::null_choices}, 1, 200, 2, ""},
      {"hang", fakes::Hang{}, 1, 200, 2, ""},
      {"503 for ever", fakes::Status{503, "", {}}, 99, 503, 4, "backend_unavailable"},
      {"429 for too long", fakes::RateLimit{100s}, 99, 503, 1, "backend_rate_limited"},
      {"no text for ever", fakes::Content{fakes::ContentHow::empty}, 99, 502, 4,
       "backend_invalid_response"},
      {"hang for ever", fakes::Hang{}, 99, 504, 2, "backend_timeout", 1},
      {"400", fakes::Status{400, "", {}}, 99, 502, 1, "backend_refused"},
      {"404", fakes::Status{404, "", {}}, 99, 502, 1, "backend_refused"}};
  for (const Row& row : rows) {
    for (const bool stream : {false, true}) {
      CAPTURE(row.what, stream);
      CoreWorld w(with({first_attempts(row.strikes, row.action)}, without_degraded()));
      const Got got = w.ask(turn(0s, {1, 0, 0}, stream).body);
      CHECK(got.status == row.status);
      CHECK(got.whole);
      CHECK(got.took() <= 61s);
      CHECK(w.records.size() == row.calls + (stream ? row.more_streamed : 0));
      if (got.status == 200) CHECK(holds(got.body, "[reply u1.s0.t0]"));
      if (got.status != 200) CHECK(got.code() == row.code);
      CHECK_FALSE(holds(got.body, "sk-canary"));
      check_books(w);
    }
  }
}

TEST_CASE("waits are between half and whole of 5, 15 and 30 seconds", "[hardened][REQ-018]") {
  CoreWorld w(with({first_attempts(3, fakes::Status{503, "", {}})}));
  w.ask(turn(0s, {1, 0, 0}, false).body);
  REQUIRE(w.records.size() == 4);
  const world::Nanos whole[] = {5s, 15s, 30s};
  for (std::size_t i = 0; i < 3; ++i) {
    const world::Nanos gap = w.records[i + 1].at - w.records[i].at;
    CHECK(gap >= whole[i] / 2);
    CHECK(gap <= whole[i] + 1ms);
  }
  CHECK(w.entries(LedgerKind::waits).size() == 3);
}

TEST_CASE("a provider that is down is passed over", "[hardened][REQ-054][REQ-057]") {
  Setup setup = with({fault(fakes::Status{503, "", {}})});
  setup.backends["second"] = steady_backend();
  setup.config.providers = {"primary", "second"};
  CoreWorld w(std::move(setup));
  std::vector<CoreWorld::Sending> all;
  for (std::uint32_t u = 1; u <= 10; ++u) all.push_back(turn(1s * u, {u, 0, 0}, u % 2 == 0));
  for (const Got& got : w.ask_all(std::move(all))) {
    CHECK(got.status == 200);
    CHECK(got.headers.get("agentcore-provider") == "second");
    CHECK(got.took() < 500ms);
  }
  std::size_t at_primary = 0;
  for (const auto& record : w.records) at_primary += record.backend == "primary" ? 1 : 0;
  CHECK(at_primary == 5);  // then its breaker is open
  REQUIRE(w.entries(LedgerKind::breaker).size() == 1);
  CHECK(w.entries(LedgerKind::breaker)[0].to == "open");
  CHECK(w.entries(LedgerKind::rejected).size() == 5);
  check_books(w);
}

TEST_CASE("an open breaker says at once for how long", "[hardened][REQ-003][REQ-006]") {
  Config config = without_degraded();
  config.retry_waits = {};
  config.breaker.jitter_percent = 0;
  CoreWorld w(with({fault(fakes::Status{503, "", {}})}, config));
  std::vector<CoreWorld::Sending> all;
  for (std::uint32_t u = 1; u <= 6; ++u) all.push_back(turn(1s * u, {u, 0, 0}, false));
  const std::vector<Got> got = w.ask_all(std::move(all));
  CHECK(got[5].status == 503);
  CHECK(got[5].took() < 5ms);
  CHECK(got[5].member("detail") == "Circuit breaker open for primary. Retry after 60s");
  CHECK(got[5].headers.get("retry-after") == "60");
  CHECK(w.records.size() == 5);
}

TEST_CASE("when nobody answers, an answer of its own comes at once, and says that it is one",
          "[hardened][REQ-059][REQ-061]") {
  for (const bool stream : {false, true}) {
    CoreWorld w(with({fault(fakes::Refuse{}, 10s)}));
    const std::vector<Got> got =
        w.ask_all({turn(0s, {1, 0, 0}, stream), turn(20s, {2, 0, 0}, stream)});
    CHECK_FALSE(holds(got[0].body, R"("degraded":true)"));
    CHECK(got[1].status == 200);
    CHECK(got[1].took() <= 500ms);
    CHECK(holds(got[1].body, R"("degraded":true)"));
    CHECK(holds(got[1].body, R"("source":"local")"));
    CHECK(count(got[1].body, "[DONE]") == (stream ? 1 : 0));
    REQUIRE(w.entries(LedgerKind::answered, "u2.s0.t0").size() == 1);
    CHECK(w.entries(LedgerKind::answered, "u2.s0.t0")[0].from == "degraded");
    check_books(w);
  }
}

TEST_CASE("a 429 rests the provider for everybody", "[hardened][REQ-021]") {
  CoreWorld w(with({fault(fakes::RateLimit{20s}, 0s, world::at(100ms))}));
  const std::vector<Got> got =
      w.ask_all({turn(0s, {1, 0, 0}, false), turn(5s, {2, 0, 0}, false)});
  CHECK(got[0].status == 200);
  CHECK(got[1].status == 200);
  REQUIRE(w.records.size() == 3);
  CHECK(w.records[1].at - w.records[0].at >= 20s);
  CHECK(w.entries(LedgerKind::waits)[0].limit == world::Nanos(20s).count());
}

TEST_CASE("a stream that breaks is an error that says so, and no turn", "[hardened][REQ-058]") {
  struct Row {
    fakes::FaultAction action;
    const char* code;
  };
  const std::vector<Row> rows = {{fakes::Cut{4, fakes::CutEnd::fin}, "backend_invalid_response"},
                                 {fakes::Cut{4, fakes::CutEnd::rst}, "backend_invalid_response"},
                                 {fakes::Stall{4, {}}, "backend_timeout"}};
  for (const Row& row : rows) {
    CAPTURE(row.code);
    CoreWorld w(with({fault(row.action)}));
    const Got got = w.ask(turn(0s, {1, 0, 0}, true, 20).body);
    CHECK(got.status == 200);
    CHECK(got.whole);
    CHECK(holds(got.body, "[reply u1.s0.t0]"));
    CHECK_FALSE(holds(got.body, "[DONE]"));
    CHECK(holds(got.body, row.code));
    CHECK(w.agent->sessions() == 0);
    CHECK(w.records.size() == 1);
    check_books(w);
  }
}

TEST_CASE("turns of one conversation wait for one another, and hold nobody else up",
          "[hardened][REQ-032]") {
  Config config = profile("hardened");
  config.queue.running_max = 2;
  config.turns_waiting_max = 2;
  CoreWorld w(with({}, config));
  const std::vector<Got> got = w.ask_all(
      {turn(0ms, {1, 0, 0}, false, 100), turn(1ms, {1, 0, 1}, true), turn(2ms, {1, 0, 2}, false),
       turn(3ms, {1, 0, 3}, false), turn(4ms, {2, 0, 0}, false)});
  CHECK(got[0].status == 200);
  CHECK(got[1].status == 200);
  CHECK(got[2].status == 200);
  CHECK(got[3].status == 409);
  CHECK(got[3].code() == "conversation_busy");
  CHECK(got[4].took() < 500ms);
  REQUIRE(w.records.size() == 4);
  CHECK(w.records[3].markers.size() == 5);  // three turns and two replies
  check_books(w);
}

TEST_CASE("the queue: limits, places, and time", "[hardened][REQ-030][REQ-033][REQ-035]") {
  Config config = profile("hardened");
  config.queue.running_max = 2;
  config.queue.user_running_max = 1;
  config.queue.waiting_max = 3;
  CoreWorld w(with({}, config));
  std::vector<CoreWorld::Sending> all;
  for (std::uint32_t s = 0; s < 3; ++s) all.push_back(turn(0s, {1, s, 0}, true, 100));
  for (std::uint32_t u = 2; u < 5; ++u) all.push_back(turn(1ms, {u, 0, 0}, u == 3, 100));
  const std::vector<Got> got = w.ask_all(std::move(all));
  CHECK(got[5].status == 429);
  CHECK(got[5].code() == "queue_full");
  CHECK(got[5].headers.contains("retry-after"));
  for (std::size_t i = 0; i < 5; ++i) CHECK(got[i].status == 200);
  CHECK(holds(got[1].body, "event: agent.queue\ndata: {\"choices\":[],\"position\":1,"));
  CHECK(holds(got[4].body, R"("message":"You're #)"));
  CHECK(count(got[1].body, "[DONE]") == 1);
  CHECK(got[3].headers.get("server-timing").find("queue") == std::string_view::npos);
  CHECK(w.entries(LedgerKind::queued).size() == 3);
  CHECK(w.entries(LedgerKind::started).size() == 5);
  for (const auto& entry : w.entries(LedgerKind::queued)) {
    const auto started = w.entries(LedgerKind::started, entry.request);
    REQUIRE(started.size() == 1);
    CHECK(started[0].value > 0);
  }
  check_books(w);
}

TEST_CASE("who waits for too long is told so, and was never begun",
          "[hardened][REQ-024][REQ-026][REQ-039]") {
  Config config = profile("hardened");
  config.queue.running_max = 1;
  config.request_timeout = 90s;
  config.retry.deadline = 30s;
  config.retry.idle_timeout = 80s;
  for (const bool stream : {false, true}) {
    CoreWorld v(with({fault(fakes::Stall{2, {}})}, config));
    const std::vector<Got> got =
        v.ask_all({turn(0s, {1, 0, 0}, true, 20), turn(1s, {2, 0, 0}, stream)});
    CHECK(holds(got[1].body, "queue_timeout"));
    CHECK(got[1].took() < 31s);
    CHECK(v.records.size() == 1);
    check_books(v);
  }
}

TEST_CASE("who leaves is noticed, wherever the request is", "[hardened][REQ-039]") {
  Config config = profile("hardened");
  config.queue.running_max = 1;
  const bool stream = GENERATE(false, true);
  CoreWorld w(with({}, config));
  std::vector<CoreWorld::Sending> all = {
      turn(0s, {1, 0, 0}, stream, 500),    // at the provider
      turn(10ms, {1, 0, 1}, stream),       // waits for the conversation
      turn(20ms, {2, 0, 0}, stream),       // waits in the queue
      turn(2s, {1, 0, 2}, stream)};        // comes later
  for (std::size_t i = 0; i < 3; ++i) all[i].patience = i == 0 ? 1s : 500ms;
  const std::vector<Got> got = w.ask_all(std::move(all));
  CHECK(w.entries(LedgerKind::abandoned).size() == 3);
  CHECK(got[3].status == 200);
  CHECK(got[3].took() < 500ms);
  REQUIRE(w.records.size() == 2);
  const std::size_t later = w.records[0].asked->turn == 2 ? 0 : 1;
  CHECK(w.records[later].markers.size() == 1);  // what was abandoned is no turn
  // A fake that answers in one piece does not look whether anybody is there before it does.
  if (stream) CHECK(w.records[1 - later].end == fakes::End::peer_gone);
  CHECK(w.entries(LedgerKind::call_ended, "u1.s0.t0")[0].from == "cancelled");
  check_books(w);
}

TEST_CASE("tools are called, told of, and remembered", "[hardened]") {
  const bool stream = GENERATE(false, true);
  CoreWorld w(with_tools());
  std::vector<Got> got = w.ask_all({turn(0s, {1, 0, 0}, stream)});
  CHECK(got[0].status == 200);
  CHECK(holds(got[0].body, "[reply u1.s0.t0]"));
  CHECK_FALSE(holds(got[0].body, "tool_calls"));
  REQUIRE(w.entries(LedgerKind::tool_called).size() == 1);
  CHECK(w.entries(LedgerKind::tool_called)[0].key == "add_note");
  CHECK(models_called(w) == 2);
  std::size_t effects = 0;
  for (const auto& record : w.records) effects += record.effect ? 1 : 0;
  CHECK(effects == 1);
  CHECK(w.records.back().messages == 3);  // the turn, the call, its result
  check_books(w);
}

TEST_CASE("a model that only ever calls tools is stopped", "[hardened]") {
  Setup setup = with_tools();
  setup.backends["primary"].replies[0].match.tool_results.reset();
  const bool stream = GENERATE(false, true);
  CoreWorld w(std::move(setup));
  const Got got = w.ask(turn(0s, {1, 0, 0}, stream).body);
  CAPTURE(got.body);
  // Of a stream it is the last event, behind those that tell of the tools.
  CHECK(holds(got.body, R"("code":"tool_rounds_exceeded")"));
  CHECK(w.entries(LedgerKind::tool_called).size() == 4);
  check_books(w);
}

TEST_CASE("a tool that fails is the model's to know", "[hardened][REQ-025]") {
  struct Row {
    fakes::BadToolHow how;
    const char* said;
  };
  const std::vector<Row> rows = {{fakes::BadToolHow::error, "The tool has failed"},
                                 {fakes::BadToolHow::rpc_error, "The tool refused"},
                                 {fakes::BadToolHow::reply_lost, "is unknown"},
                                 {fakes::BadToolHow::timeout, "is unknown"}};
  for (const Row& row : rows) {
    CAPTURE(row.said);
    fakes::BadTool bad;
    bad.how = row.how;
    fakes::Fault f = fault(bad);
    f.on = {"tools"};
    Setup setup = with_tools({f});
    fakes::ReplyRule answer;
    answer.match.tool_result = row.said;
    answer.text = "told";
    setup.backends["primary"].replies.push_back(answer);
    CoreWorld w(std::move(setup));
    const Got got = w.ask(turn(0s, {1, 0, 0}, false).body);
    CHECK(holds(got.body, "told"));
    CHECK(w.entries(LedgerKind::tool_called).size() == 1);
  }
}

TEST_CASE("budgets in requests and in tokens hold", "[hardened][REQ-133]") {
  Config config = profile("hardened");
  SECTION("requests") { config.budget.requests = 3; }
  SECTION("tokens") {
    config.budget.tokens = 40;
    config.budget.tokens_guess = 13;
  }
  CoreWorld w(with({}, config));
  std::vector<CoreWorld::Sending> all;
  for (std::uint32_t s = 0; s < 8; ++s) all.push_back(turn(0s, {1, s, 0}, false, 10));
  all.push_back(turn(61s, {1, 9, 0}, false, 10));
  const std::vector<Got> got = w.ask_all(std::move(all));
  int refused = 0;
  for (const Got& each : got) {
    if (each.status != 429) continue;
    ++refused;
    CHECK(each.code() == "budget_exceeded");
    CHECK(each.headers.get("retry-after") == "60");
  }
  CHECK(refused >= 4);
  CHECK(got.back().status == 200);
  for (const auto& entry : w.entries(LedgerKind::spent)) CHECK(entry.value <= entry.limit);
  check_books(w);
}

TEST_CASE("the ledger tells of memory, and the key goes to providers alone", "[hardened]") {
  CoreWorld w(with());
  const std::vector<Got> got =
      w.ask_all({turn(0s, {1, 0, 0}, false), turn(25s, {1, 0, 1}, false)});
  const auto memory = w.entries(LedgerKind::memory);
  REQUIRE(memory.size() == 3);
  CHECK(memory[0].value == 0);
  CHECK(memory[2].value > 0);
  CHECK(w.agent->held_bytes() > memory[2].value);
  for (const Got& each : got) CHECK_FALSE(holds(each.body, "sk-canary"));
}

TEST_CASE("two runs of the sound core have one digest", "[hardened]") {
  const auto digest = [] {
    CoreWorld w(with({fault(fakes::Status{503, "", {}}, 1s, world::at(4s))}));
    std::vector<CoreWorld::Sending> all;
    for (std::uint32_t u = 1; u <= 30; ++u) {
      all.push_back(turn(200ms * u, {u % 7, 0, u}, u % 2 == 0, 30));
      if (u % 5 == 0) all.back().patience = 300ms;
    }
    w.ask_all(std::move(all));
    check_books(w);
    return w.world.clock.digest();
  };
  CHECK(digest() == digest());
}
