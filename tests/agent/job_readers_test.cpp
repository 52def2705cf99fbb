// Jobs and those who wait for them: readers who come back, callers who are refused, who leave, or
// who do not read; what of that holds a slot, and that what was told is paid for.
#include <catch2/catch.hpp>

#include "tests/agent/core_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::LedgerKind;
using world::Task;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Task<Got> call(CoreWorld& w, std::string method, std::string target, std::string body,
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

Task<Got> get(CoreWorld& w, std::string target) {
  return call(w, "GET", std::move(target), std::string(), Headers());
}

Task<Got> post(CoreWorld& w, std::string body) {
  return call(w, "POST", "/v1/responses", std::move(body), Headers());
}

std::string ask(const std::string& members = {}) {
  return R"({"model":"fake-1","input":"[turn u1.s0.t0] Hello.")" + members + "}";
}

Setup sound() {
  Setup setup;
  setup.config = profile("hardened");
  return setup;
}

// Sends it, and leaves after a while without having read anything.
Task<void> leave_after(CoreWorld& w, std::string bytes, world::Nanos stay) {
  auto stream = co_await w.world.network.connect(w.at);
  const world::Result<void> sent = co_await (*stream)->write_all(bytes);
  CHECK(sent.has_value());
  co_await w.clock().sleep(stay);
  (*stream)->reset();
}

std::string with_key(const std::string& body, const std::string& key) {
  std::string bytes = support::post("/v1/responses", body);
  bytes.insert(bytes.find("\r\n") + 2, "idempotency-key: " + key + "\r\n");
  return bytes;
}

}  // namespace

TEST_CASE("a number of an event that is none is refused by its name", "[responses]") {
  CoreWorld w(sound());
  const auto work = [](CoreWorld& world) -> Task<void> {
    const Got made = co_await post(world, ask());
    const std::string path = "/v1/responses/" + made.member("id") + "?stream=true&starting_after=";
    for (const char* number : {"", "x", "-1", "1x", "1.5", "18446744073709551615",
                               "99999999999999999999999"}) {
      CAPTURE(number);
      const Got got = co_await get(world, path + number);
      CHECK(got.status == 400);
      CHECK(got.code() == "invalid_request");
      const world::JsonValue error = world::member_of(got.body, "error");
      CHECK(world::member_of(error.raw, "param").text() == "starting_after");
    }
    const Got beyond = co_await get(world, path + "9223372036854775806");
    CHECK(beyond.status == 200);
  };
  w.run(work(w));
}

TEST_CASE("whoever comes back beyond the last event of a job that runs waits for more",
          "[responses]") {
  CoreWorld w(sound());
  const auto work = [](CoreWorld& world) -> Task<void> {
    const Got made = co_await post(world, ask(R"(,"background":true)"));
    REQUIRE(made.status == 202);
    const Got got = co_await get(
        world, "/v1/responses/" + made.member("id") + "?stream=true&starting_after=99999");
    CHECK(got.status == 200);
    CHECK(got.whole);
    CHECK(got.body.empty());
  };
  w.run(work(w));
}

TEST_CASE("events that are no longer kept are 410", "[responses]") {
  Setup setup = sound();
  setup.config.store.events_max = 4;
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> Task<void> {
    const Got all = co_await post(world, ask(R"(,"stream":true)"));
    REQUIRE(all.whole);
    co_await world.clock().sleep(1s);  // then only the store has them
    const std::size_t at = all.body.find("resp_");
    const std::string path = "/v1/responses/" + all.body.substr(at, all.body.find('"', at) - at);
    const Got gone = co_await get(world, path + "?stream=true&starting_after=0");
    CHECK(gone.status == 410);
    CHECK(gone.code() == "cursor_too_old");
    const Got from_start = co_await get(world, path + "?stream=true");
    CHECK(from_start.status == 410);
    constexpr std::string_view kNumber = "\"sequence_number\":";
    const std::string last = all.body.substr(all.body.rfind(kNumber) + kNumber.size());
    const std::int64_t number = std::stoll(last);
    const Got rest = co_await get(
        world, path + "?stream=true&starting_after=" + std::to_string(number - 2));
    CHECK(rest.status == 200);
    CHECK(all.body.ends_with(rest.body));
    CHECK_FALSE(rest.body.empty());
  };
  w.run(work(w));
}

TEST_CASE("a request for the background that is refused is told so", "[responses]") {
  struct Row {
    const char* name;
    void (*configure)(agent::Config& config);
    std::string members;
    std::string code;
  };
  const std::vector<Row> rows = {
      {"budget", [](agent::Config& c) { c.budget.requests = 1; }, "", "budget_exceeded"},
      {"conversation", [](agent::Config& c) { c.turns_waiting_max = 0; },
       R"(,"conversation":"c1")", "conversation_busy"},
      {"queue",
       [](agent::Config& c) {
         c.queue.running_max = 1;
         c.queue.waiting_max = 0;
       },
       "", "queue_full"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Setup setup = sound();
    row.configure(setup.config);
    const bool answers = row.code == "budget_exceeded";  // what is reserved may be given back
    if (!answers) setup.faults = {fault(fakes::Hang{})};
    CoreWorld w(std::move(setup));
    const auto work = [](CoreWorld& world, const Row& r) -> Task<void> {
      const Got first = co_await post(world, ask(r.members + R"(,"background":true)"));
      CHECK(first.status == 202);
      co_await world.clock().sleep(2s);
      const Got second = co_await post(world, ask(r.members + R"(,"background":true)"));
      CHECK(second.status == (r.code == "conversation_busy" ? 409 : 429));
      CHECK(second.code() == r.code);
      CHECK(second.took() < 1s);
    };
    w.run(work(w, row));
  }
}

TEST_CASE("who leaves while a place is being found is noticed", "[responses]") {
  Setup setup = sound();
  setup.config.budget.requests = 1;
  setup.faults = {fault(fakes::Hang{})};
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> Task<void> {
    const Got first = co_await post(world, ask(R"(,"background":true)"));
    CHECK(first.status == 202);
    // The second waits for what the first has reserved.
    co_await leave_after(world, support::post("/v1/responses", ask(R"(,"background":true)")), 2s);
    co_await world.clock().sleep(100ms);
    const Got health = co_await get(world, "/health");
    CHECK(health.member("in_flight") == "0");
  };
  w.run(work(w));
}

TEST_CASE("jobs that became background ones wait for no recovery in their slots",
          "[responses][queue]") {
  Setup setup = sound();
  setup.config.queue.running_max = 1;
  setup.config.chain.capacity = 4;  // one place in the line of those who wait for a recovery
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> Task<void> {
    for (int i = 0; i < 4; ++i) {
      const Got made = co_await post(world, ask(R"(,"background":true)"));
      CHECK(made.status == 202);
      const std::string key = "k" + std::to_string(i);
      co_await leave_after(world, with_key(ask(), key), 5ms);
    }
    co_await world.clock().sleep(20s);
    const Got list = co_await get(world, "/v1/responses");
    CHECK(count(list.body, R"("status":"completed")") >= 8);
    CHECK(count(list.body, R"("status":"in_progress")") == 0);
    CHECK(count(list.body, R"("status":"queued")") == 0);
    const Got queue = co_await get(world, "/v1/queue");
    CHECK(queue.member("running") == "0");
  };
  w.run(work(w));
}

TEST_CASE("who waits for a provider's recovery gives the slot back", "[responses][queue]") {
  Setup setup = sound();
  setup.config.queue.running_max = 1;
  setup.config.retry_waits = {};
  setup.faults = {fault(fakes::Status{429, "", {{"retry-after", "5"}}}, 0s, world::at(3s))};
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> Task<void> {
    const Got made = co_await post(world, ask(R"(,"background":true)"));
    CHECK(made.status == 202);
    co_await world.clock().sleep(1s);
    const Got queue = co_await get(world, "/v1/queue");
    CHECK(queue.member("running") == "0");
    co_await world.clock().sleep(30s);
    const Got read = co_await get(world, "/v1/responses/" + made.member("id"));
    CHECK(read.member("status") == "completed");
  };
  w.run(work(w));
  CHECK(w.records.size() == 2);
}

TEST_CASE("a reader who does not read gives its slot back", "[queue][stream]") {
  Setup setup = sound();
  CoreWorld w(std::move(setup));
  world::Link narrow;
  narrow.window_bytes = 2'048;
  w.world.network.set_link("agent", narrow);
  const auto work = [](CoreWorld& world) -> Task<void> {
    const world::TurnId turn{1, 0, 0};
    const std::string body = turn_body(turn, "", true, 10'000);  // 100 s of words
    world::Scope scope(world.clock());
    scope.spawn(leave_after(world, support::post("/v1/chat/completions", body), 60s));
    co_await world.clock().sleep(20s);
    const Got busy = co_await get(world, "/v1/queue");
    CHECK(busy.member("running") == "1");
    co_await world.clock().sleep(20s);
    const Got free = co_await get(world, "/v1/queue");
    CHECK(free.member("running") == "0");
    co_await scope.join();
  };
  w.run(work(w));
  CHECK(w.entries(LedgerKind::abandoned).size() == 1);
}

TEST_CASE("what is told is paid for already", "[budget][stream]") {
  for (const bool stream : {true, false}) {
    CAPTURE(stream);
    Setup setup = sound();
    setup.config.budget.requests = 10;
    CoreWorld w(std::move(setup));
    const auto work = [](CoreWorld& world, bool streams) -> Task<void> {
      const Got got = co_await post(world, ask(streams ? R"(,"stream":true)" : ""));
      CHECK(got.status == 200);
    };
    w.run(work(w, stream));
    std::vector<LedgerKind> order;
    for (const agent::LedgerEntry& entry : w.ledger) {
      const bool matters = entry.kind == LedgerKind::spent || entry.kind == LedgerKind::call_ended;
      if (matters || entry.kind == LedgerKind::answered) order.push_back(entry.kind);
    }
    REQUIRE(order.size() == 3);
    CHECK(order.back() == LedgerKind::answered);
  }
}

TEST_CASE("who cancels what was just answered has used a request of the day",
          "[responses][limit]") {
  Setup setup = sound();
  setup.config.rate.daily_free = 5;
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> Task<void> {
    for (int i = 0; i < 7; ++i) {
      const std::string body = ask(R"(,"stream":true)");
      auto stream = co_await world.world.network.connect(world.at);
      Talk said = co_await talk_on(world.clock(), **stream, support::post("/v1/responses", body),
                                   10s, i < 5 ? "response.completed" : "daily_quota_exceeded");
      CHECK(said.end == "enough");
      if (i >= 5) continue;
      const std::size_t at = said.bytes.find("resp_");
      const std::string id = said.bytes.substr(at, said.bytes.find('"', at) - at);
      const Got cancelled = co_await call(world, "POST", "/v1/responses/" + id + "/cancel",
                                          std::string(), Headers());
      CHECK(cancelled.status == 200);
    }
  };
  w.run(work(w));
}
