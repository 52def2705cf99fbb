// The Responses API of the core as its clients see it: whole answers, streams, background jobs,
// what can be asked for again, and whose it is.
#include <catch2/catch.hpp>

#include "tests/agent/core_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::LedgerKind;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

world::Task<Got> call(CoreWorld& w, std::string method, std::string target, std::string body,
                      Headers headers) {
  world::HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  Got got;
  got.sent = w.clock().now();
  world::Result<world::HttpExchange> exchange = co_await w.client.send(w.at, std::move(request));
  if (!exchange) co_return got;
  got.status = exchange->status();
  got.headers = exchange->headers();
  world::Result<std::string> read = co_await exchange->read_all();
  got.whole = read.has_value();
  if (read) got.body = std::move(*read);
  got.ended = w.clock().now();
  co_return got;
}

world::Task<Got> get(CoreWorld& w, std::string target) {
  return call(w, "GET", std::move(target), std::string(), Headers());
}

world::Task<Got> post(CoreWorld& w, std::string target, std::string body) {
  return call(w, "POST", std::move(target), std::move(body), Headers());
}

std::string ask(const std::string& members = {}) {
  return R"({"model":"fake-1","input":"[turn u1.s0.t0] Hello.")" + members + "}";
}

std::vector<std::string> types_of(const std::string& events) {
  std::vector<std::string> types;
  for (std::size_t at = events.find("event: "); at != std::string::npos;
       at = events.find("event: ", at + 1)) {
    types.push_back(events.substr(at + 7, events.find('\n', at) - at - 7));
  }
  return types;
}

std::vector<std::int64_t> numbers_of(const std::string& events) {
  constexpr std::string_view kMember = "\"sequence_number\":";
  std::vector<std::int64_t> numbers;
  for (std::size_t at = events.find(kMember); at != std::string::npos;
       at = events.find(kMember, at + 1)) {
    numbers.push_back(std::stoll(events.substr(at + kMember.size())));
  }
  return numbers;
}

bool in_step(const std::vector<std::int64_t>& numbers, std::int64_t from) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != from + static_cast<std::int64_t>(i)) return false;
  }
  return !numbers.empty();
}

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

Setup sound() {
  Setup setup;
  setup.config = profile("hardened");
  return setup;
}

}  // namespace

TEST_CASE("an answer is a response object that can be read again", "[responses][REQ-079]") {
  CoreWorld w(sound());
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Got made = co_await post(world, "/v1/responses", ask());
    CHECK(made.status == 200);
    CHECK(made.member("object") == "response");
    CHECK(made.member("status") == "completed");
    CHECK(holds(made.body, "[reply u1.s0.t0]"));
    const std::string id = made.member("id");
    CHECK(id.size() > 32);
    const Got again = co_await get(world, "/v1/responses/" + id);
    CHECK(again.status == 200);
    CHECK(again.body == made.body);
    const Got items = co_await get(world, "/v1/responses/" + id + "/input_items");
    CHECK(holds(items.body, "Hello."));
    const Got gone =
        co_await call(world, "DELETE", "/v1/responses/" + id, std::string(), Headers());
    CHECK(gone.member("deleted") == "true");
    const Got none = co_await get(world, "/v1/responses/" + id);
    CHECK(none.status == 404);
  };
  w.run(work(w));
}

TEST_CASE("a stream's events are numbered without a gap, and go on where one left off",
          "[responses][REQ-084]") {
  CoreWorld w(sound());
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Got all = co_await post(world, "/v1/responses", ask(R"(,"stream":true)"));
    const std::vector<std::string> types = types_of(all.body);
    REQUIRE(types.size() > 8);
    CHECK(types.front() == "response.created");
    CHECK(types.back() == "response.completed");
    CHECK(in_step(numbers_of(all.body), 0));
    const std::size_t at = all.body.find("resp_");
    const std::string id = all.body.substr(at, all.body.find('"', at) - at);
    const Got rest = co_await get(world, "/v1/responses/" + id + "?stream=true&starting_after=3");
    CHECK(in_step(numbers_of(rest.body), 4));
    CHECK(all.body.ends_with(rest.body));
  };
  w.run(work(w));
}

TEST_CASE("a job in the background is polled, cancelled once, and stays so",
          "[responses][REQ-060][REQ-078][REQ-081][REQ-082]") {
  Setup setup = sound();
  setup.faults = {fault(fakes::Hang{})};
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Got made =
        co_await post(world, "/v1/responses", ask(R"(,"background":true)"));
    CHECK(made.status == 202);
    const std::string path = "/v1/responses/" + made.member("id");
    CHECK(made.headers.get("location") == path);
    co_await world.clock().sleep(1s);
    const Got running = co_await get(world, path);
    CHECK(running.member("status") == "in_progress");
    const Got cancelled = co_await post(world, path + "/cancel", std::string());
    CHECK(cancelled.status == 200);
    CHECK(cancelled.member("status") == "cancelled");
    const Got again = co_await post(world, path + "/cancel", std::string());
    CHECK(again.status == 200);
    CHECK(again.body == cancelled.body);
    const Got read = co_await get(world, path);
    CHECK(read.body == cancelled.body);
  };
  w.run(work(w));
  CHECK(w.entries(LedgerKind::abandoned).size() == 1);
}

TEST_CASE("a response is its owner's alone", "[responses][REQ-087]") {
  CoreWorld w(sound());
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Headers ann = {{"authorization", "Bearer ann-key"}};
    const Headers bob = {{"authorization", "Bearer bob-key"}};
    const Got made = co_await call(world, "POST", "/v1/responses", ask(), ann);
    const std::string path = "/v1/responses/" + made.member("id");
    const Got hers = co_await call(world, "GET", path, std::string(), ann);
    CHECK(hers.status == 200);
    const Got his = co_await call(world, "GET", path, std::string(), bob);
    CHECK(his.status == 404);
    CHECK(his.code() == "response_not_found");
    const Got cancelled = co_await call(world, "POST", path + "/cancel", std::string(), bob);
    CHECK(cancelled.status == 404);
    const Got list = co_await call(world, "GET", "/v1/responses", std::string(), bob);
    CHECK_FALSE(holds(list.body, made.member("id")));
  };
  w.run(work(w));
}

TEST_CASE("one Idempotency-Key is one execution", "[responses][REQ-029]") {
  CoreWorld w(sound());
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Headers key = {{"idempotency-key", "order-1"}};
    const Got first = co_await call(world, "POST", "/v1/responses", ask(), key);
    const Got second = co_await call(world, "POST", "/v1/responses", ask(), key);
    CHECK(second.status == 200);
    CHECK(second.headers.get("idempotent-replayed") == "true");
    CHECK(second.body == first.body);
    const Got other =
        co_await call(world, "POST", "/v1/responses", ask(R"(,"max_output_tokens":5)"), key);
    CHECK(other.status == 422);
    CHECK(other.code() == "idempotency_key_reuse");
  };
  w.run(work(w));
  CHECK(w.records.size() == 1);
}

TEST_CASE("a response can follow another one", "[responses]") {
  CoreWorld w(sound());
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Got first = co_await post(world, "/v1/responses", ask());
    const std::string after = R"(,"previous_response_id":")" + first.member("id") + "\"";
    const Got second = co_await post(world, "/v1/responses", ask(after));
    CHECK(second.status == 200);
    const Got none = co_await post(world, "/v1/responses",
                                   ask(R"(,"previous_response_id":"resp_none")"));
    CHECK(none.status == 404);
  };
  w.run(work(w));
  REQUIRE(w.records.size() == 2);
  CHECK(w.records[1].messages == 3);  // the turn before, its answer, and this one
}

TEST_CASE("who answered in whose place is told", "[responses][REQ-055][REQ-056]") {
  Setup setup = sound();
  setup.backends["second"] = steady_backend();
  setup.config.providers = {"primary", "second"};
  fakes::Fault down = fault(fakes::Status{503, "", {}});
  setup.faults = {down};
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Got made = co_await post(world, "/v1/responses", ask());
    CHECK(made.status == 200);
    const world::JsonValue own = world::member_of(made.body, "agentcore");
    CHECK(world::member_of(own.raw, "provider").text() == "second");
    CHECK(world::member_of(own.raw, "fallback").is_true());
    CHECK(holds(std::string(world::member_of(own.raw, "attempts").raw), "\"primary\""));
    CHECK(made.headers.get("agentcore-provider") == "second");
    CHECK(made.headers.get("agentcore-fallback") == "true");
    CHECK(made.member("model") == "fake-1");
  };
  w.run(work(w));
}

TEST_CASE("a failure's cause stands in the ledger under the request's id",
          "[responses][REQ-077]") {
  Setup setup = sound();
  setup.config.degraded.when = agent::DegradeWhen::never;
  setup.config.retry_waits = {};
  setup.faults = {fault(fakes::Status{500, "", {}})};
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Headers id = {{"x-request-id", "why-1"}};
    const Got made = co_await call(world, "POST", "/v1/responses", ask(), id);
    CHECK(made.status == 503);
    CHECK(made.member("request_id") == "why-1");
  };
  w.run(work(w));
  REQUIRE(w.entries(LedgerKind::call_ended, "why-1").size() == 1);
  CHECK(w.entries(LedgerKind::call_ended, "why-1")[0].from == "status");
  CHECK(w.entries(LedgerKind::call_ended, "why-1")[0].value == 500);
  REQUIRE(w.entries(LedgerKind::answered, "why-1").size() == 1);
  CHECK(w.entries(LedgerKind::answered, "why-1")[0].from == "backend_unavailable");
}

TEST_CASE("what is not there is a problem in JSON, too", "[responses][REQ-075]") {
  CoreWorld w(sound());
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Got nothing = co_await get(world, "/v2/nothing");
    CHECK(nothing.status == 404);
    CHECK(nothing.code() == "not_found");
    CHECK_FALSE(nothing.member("request_id").empty());
    const Got wrong = co_await call(world, "DELETE", "/v1/responses", std::string(), Headers());
    CHECK(wrong.status == 405);
    CHECK(wrong.code() == "method_not_allowed");
    CHECK(wrong.headers.get("allow") == "POST, GET");
    for (const char* path : {"/v1/models", "/v1/queue", "/v1/limits", "/v1/budgets",
                             "/v1/providers", "/v1/breakers", "/v1/schemas/chat", "/health"}) {
      CAPTURE(path);
      const Got page = co_await get(world, path);
      CHECK(page.status == 200);
      CHECK(page.body.front() == '{');
    }
  };
  w.run(work(w));
}

TEST_CASE("a breaker can be opened and reset by hand", "[responses][REQ-013]") {
  Setup setup = sound();
  setup.config.degraded.when = agent::DegradeWhen::never;
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Got open = co_await post(world, "/v1/breakers/primary:isolate", std::string());
    CHECK(open.status == 200);
    const Got refused = co_await post(world, "/v1/responses", ask());
    CHECK(refused.code() == "circuit_open");
    const Got closed = co_await post(world, "/v1/breakers/primary:reset", std::string());
    CHECK(closed.status == 200);
    const Got served = co_await post(world, "/v1/responses", ask());
    CHECK(served.status == 200);
  };
  w.run(work(w));
  CHECK(w.records.size() == 1);
}

TEST_CASE("what was never begun is not answered again under its key", "[responses][REQ-029]") {
  Setup setup = sound();
  setup.config.queue.running_max = 1;
  setup.config.queue.waiting_max = 0;
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    world::Scope scope(world.clock());
    const auto first = [](CoreWorld& in) -> world::Task<void> {
      const Got got = co_await post(in, "/v1/responses", ask());
      CHECK(got.status == 200);
    };
    scope.spawn(first(world));
    co_await world.clock().sleep(10ms);
    const Headers key = {{"idempotency-key", "order-2"}};
    const Got refused = co_await call(world, "POST", "/v1/responses", ask(), key);
    CHECK(refused.status == 429);
    co_await scope.join();
    const Got served = co_await call(world, "POST", "/v1/responses", ask(), key);
    CHECK(served.status == 200);
    CHECK(served.headers.get("idempotent-replayed").empty());
  };
  w.run(work(w));
}

TEST_CASE("where keys are known, nobody without one is told anything", "[responses]") {
  Setup setup = sound();
  setup.config.api_keys = {"ann-key"};
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    for (const char* path : {"/v1/models", "/v1/breakers", "/v1/limits", "/v1/responses"}) {
      CAPTURE(path);
      const Got stranger = co_await get(world, path);
      CHECK(stranger.status == 401);
    }
    const Got opened = co_await post(world, "/v1/breakers/primary:isolate", std::string());
    CHECK(opened.status == 401);
    const Got alive = co_await get(world, "/health");
    CHECK(alive.status == 200);
    const Headers ann = {{"authorization", "Bearer ann-key"}};
    const Got served = co_await call(world, "POST", "/v1/responses", ask(), ann);
    CHECK(served.status == 200);
  };
  w.run(work(w));
}

TEST_CASE("breakers are opened by those who may, and by nobody else", "[responses][REQ-013]") {
  Setup setup = sound();
  setup.config.api_keys = {"ann-key"};
  setup.config.admin_keys = {"root-key"};
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const Headers ann = {{"authorization", "Bearer ann-key"}};
    const Headers root = {{"authorization", "Bearer root-key"}};
    const std::string isolate = "/v1/breakers/primary:isolate";
    const Got refused = co_await call(world, "POST", isolate, std::string(), ann);
    CHECK(refused.status == 403);
    CHECK(refused.code() == "forbidden");
    const Got served = co_await call(world, "POST", "/v1/responses", ask(), ann);
    CHECK(served.status == 200);
    const std::string nobody = "/v1/breakers/nobody:reset";
    const Got unknown = co_await call(world, "POST", nobody, std::string(), root);
    CHECK(unknown.status == 404);
    const Got opened = co_await call(world, "POST", isolate, std::string(), root);
    CHECK(opened.status == 200);
  };
  w.run(work(w));
}

TEST_CASE("conversations belong to a key, whatever user it names", "[responses]") {
  Setup setup = sound();
  setup.config.api_keys = {"ann-key", "bob-key"};
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    const std::string body = ask(R"(,"user":"u1","conversation":"c1")");
    for (const char* key : {"Bearer ann-key", "Bearer bob-key", "Bearer ann-key"}) {
      const Headers headers = {{"authorization", key}};
      const Got got = co_await call(world, "POST", "/v1/responses", body, headers);
      CHECK(got.status == 200);
    }
  };
  w.run(work(w));
  REQUIRE(w.records.size() == 3);
  CHECK(w.records[0].messages == 1);
  CHECK(w.records[1].messages == 1);
  CHECK(w.records[2].messages == 3);
}

TEST_CASE("the edge limits every call but those for health", "[responses][REQ-050]") {
  Setup setup = sound();
  setup.config.rate.edge_api = 5;
  setup.config.rate.edge_burst_s = 1;
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    int limited = 0;
    for (int i = 0; i < 20; ++i) {
      const Got got = co_await get(world, "/v1/models");
      limited += got.status == 429;
      if (got.status == 429) CHECK(got.code() == "edge_limited");
      const Got alive = co_await get(world, "/health");
      CHECK(alive.status == 200);
    }
    CHECK(limited > 10);
    CHECK(limited < 20);
  };
  w.run(work(w));
}

TEST_CASE("own events have names only for those who know them", "[responses][REQ-033]") {
  Setup setup = sound();
  setup.config.queue.running_max = 1;
  CoreWorld w(std::move(setup));
  std::vector<std::string> told;
  const auto work = [](CoreWorld& world, std::vector<std::string>& bodies) -> world::Task<void> {
    world::Scope scope(world.clock());
    const auto first = [](CoreWorld& in) -> world::Task<void> {
      const Got got = co_await post(in, "/v1/responses", ask());
      CHECK(got.status == 200);
    };
    for (const Headers& headers : {Headers(), Headers{{"agentcore-events", "named"}}}) {
      scope.spawn(first(world));
      co_await world.clock().sleep(10ms);
      const Got got =
          co_await call(world, "POST", "/v1/responses", ask(R"(,"stream":true)"), headers);
      bodies.push_back(got.body);
    }
    co_await scope.join();
  };
  w.run(work(w, told));
  REQUIRE(told.size() == 2);
  CHECK(told[0].find("event: agentcore:") == std::string::npos);
  CHECK(told[0].find(R"("agentcore":{"event":"queue_position","position":1)") != std::string::npos);
  CHECK(told[1].find("event: agentcore:queue_position") != std::string::npos);
}

TEST_CASE("an API key that the model lets slip is not passed on", "[responses][REQ-073]") {
  Setup setup = sound();
  fakes::ReplyRule rule;
  rule.text = "Use sk-proj-abcdefgh12345678 for it.";
  setup.backends["primary"].replies = {rule};
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> world::Task<void> {
    for (const char* path : {"/v1/responses", "/v1/chat/completions"}) {
      for (const char* stream : {"false", "true"}) {
        CAPTURE(path, stream);
        const std::string chat =
            R"({"model":"fake-1","messages":[{"role":"user","content":"Hello."}],"stream":)";
        const std::string body = std::string(path) == "/v1/responses"
                                     ? ask(R"(,"stream":)" + std::string(stream))
                                     : chat + stream + "}";
        const Got got = co_await post(world, path, body);
        CHECK(got.status == 200);
        CHECK(got.body.find("abcdefgh") == std::string::npos);
        CHECK(got.body.find("[redacted]") != std::string::npos);
      }
    }
  };
  w.run(work(w));
}
