// Kept jobs when their store is full, busy or broken, and in the next life of the process.
#include <catch2/catch.hpp>

#include "agent/jobs/memory_jobs.hpp"
#include "tests/agent/core_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::Created;
using agent::IdempotencyKey;
using agent::JobRow;
using agent::JobState;
using agent::JobStore;
using agent::MemoryJobs;
using agent::StoreFailure;
using agent::StoreResult;
using world::Task;

namespace {

template <class T>
Task<StoreResult<T>> failed(StoreFailure why) {
  co_return StoreResult<T>(why);
}

// A store whose writes fail while it is told so.
struct ShakyStore final : JobStore {
  MemoryJobs inner;
  std::optional<StoreFailure> failing;
  std::optional<StoreFailure> fails_after_create;
  int advances = 0;

  Task<StoreResult<Created>> create(JobRow row, std::optional<IdempotencyKey> key) override {
    if (failing) return failed<Created>(*failing);
    failing = std::exchange(fails_after_create, std::nullopt);
    return inner.create(std::move(row), std::move(key));
  }
  Task<StoreResult<std::optional<Created>>> find_key(IdempotencyKey key,
                                                     std::int64_t at) override {
    return inner.find_key(std::move(key), at);
  }
  Task<StoreResult<bool>> advance(Change change) override {
    ++advances;
    if (failing) return failed<bool>(*failing);
    return inner.advance(std::move(change));
  }
  Task<StoreResult<std::optional<JobRow>>> read(std::string id) override {
    return inner.read(std::move(id));
  }
  Task<StoreResult<std::vector<JobRow>>> list(std::string owner, std::string after,
                                              std::size_t limit) override {
    return inner.list(std::move(owner), std::move(after), limit);
  }
  Task<StoreResult<void>> request_cancel(std::string id) override {
    if (failing) return failed<void>(*failing);
    return inner.request_cancel(std::move(id));
  }
  Task<StoreResult<void>> heartbeat(std::vector<std::string> ids, std::int64_t at) override {
    if (failing) return failed<void>(*failing);
    return inner.heartbeat(std::move(ids), at);
  }
  Task<StoreResult<void>> remove(std::string id) override {
    if (failing) return failed<void>(*failing);
    return inner.remove(std::move(id));
  }
  Task<StoreResult<void>> append_events(std::string id, Events events) override {
    if (failing) return failed<void>(*failing);
    return inner.append_events(std::move(id), std::move(events));
  }
  Task<StoreResult<Events>> events(std::string id, std::uint64_t from) override {
    return inner.events(std::move(id), from);
  }
  Task<StoreResult<std::vector<JobRow>>> sweep(std::string boot, std::int64_t attempts_max,
                                               std::int64_t at,
                                               Interrupted interrupted) override {
    if (failing) return failed<std::vector<JobRow>>(*failing);
    return inner.sweep(std::move(boot), attempts_max, at, interrupted);
  }
  Task<StoreResult<std::size_t>> expire(std::int64_t before) override {
    if (failing) return failed<std::size_t>(*failing);
    return inner.expire(before);
  }
  Task<StoreResult<std::int64_t>> add_used(std::string key, std::int64_t day,
                                           std::int64_t amount) override {
    return inner.add_used(std::move(key), day, amount);
  }
};

Task<Got> call(CoreWorld& w, std::string method, std::string target, std::string body,
               std::string key = std::string()) {
  world::HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.body = std::move(body);
  if (!key.empty()) request.headers.add("idempotency-key", key);
  Got got;
  world::Result<world::HttpExchange> exchange = co_await w.client.send(w.at, std::move(request));
  if (!exchange) co_return got;
  got.status = exchange->status();
  got.headers = exchange->headers();
  world::Result<std::string> read = co_await exchange->read_all();
  got.whole = read.has_value();
  if (read) got.body = std::move(*read);
  co_return got;
}

Task<Got> get(CoreWorld& w, std::string path) {
  return call(w, "GET", std::move(path), std::string());
}

Task<Got> post(CoreWorld& w, std::string body, std::string key = std::string()) {
  return call(w, "POST", "/v1/responses", std::move(body), std::move(key));
}

std::string ask(const std::string& members = {}) {
  return R"({"model":"fake-1","input":"[turn u1.s0.t0] Hello.")" + members + "}";
}

std::string path_of(const Got& made) { return "/v1/responses/" + made.member("id"); }

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

Setup over(JobStore* store, std::uint64_t life = 1) {
  Setup setup;
  setup.config = profile("hardened");
  setup.store = store;
  setup.seed = life;
  return setup;
}

}  // namespace

TEST_CASE("an end that the store cannot take is told, and kept when it can",
          "[responses][jobs][REQ-082][REQ-083]") {
  for (const StoreFailure why : {StoreFailure::busy, StoreFailure::full, StoreFailure::broken}) {
    CAPTURE(std::string(agent::name_of(why)));
    ShakyStore store;
    CoreWorld w(over(&store));
    const auto work = [](CoreWorld& world, ShakyStore& kept, StoreFailure how) -> Task<void> {
      const Got made = co_await post(world, ask(R"(,"background":true)"));
      CHECK(made.status == 202);
      const std::string path = path_of(made);
      const std::string id = made.member("id");
      kept.failing = how;
      co_await world.clock().sleep(30s);
      const Got told = co_await get(world, path);
      CHECK(told.member("status") == "completed");
      const Got cancelled = co_await call(world, "POST", path + "/cancel", std::string());
      CHECK(cancelled.body == told.body);
      const auto before = co_await kept.read(id);
      CHECK_FALSE(agent::is_terminal((*before)->state));
      CHECK(kept.advances < 15);  // it is not offered all the time
      const Got refused = co_await post(world, ask());
      CHECK(refused.code() == "store_unavailable");
      kept.failing.reset();
      co_await world.clock().sleep(10s);
      const auto after = co_await kept.read(id);
      CHECK((*after)->state == JobState::completed);
      CHECK((*after)->result == told.body);
      const Got again = co_await get(world, path);
      CHECK(again.body == told.body);
      const Got events = co_await get(world, path + "?stream=true");
      CHECK(holds(events.body, "response.completed"));
    };
    w.run(work(w, store, why));
  }
}

TEST_CASE("what was turned away while the store was busy is forgotten later", "[responses][jobs]") {
  ShakyStore store;
  Setup setup = over(&store);
  setup.config.queue.running_max = 1;
  setup.config.queue.waiting_max = 0;
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world, ShakyStore& kept) -> Task<void> {
    const Got first = co_await post(world, ask(R"(,"background":true)"));
    CHECK(first.status == 202);
    kept.fails_after_create = StoreFailure::busy;
    const Got refused = co_await post(world, ask(), "order-1");
    CHECK(refused.status == 429);
    co_await world.clock().sleep(1s);
    const auto during = co_await kept.list("anyone", "", 10);
    CHECK(during->size() == 2);
    kept.failing.reset();
    co_await world.clock().sleep(10s);
    const auto rows = co_await kept.list("anyone", "", 10);
    CHECK(rows->size() == 1);
    const Got served = co_await post(world, ask(), "order-1");
    CHECK(served.status == 200);
  };
  w.run(work(w, store));
}

TEST_CASE("a full store takes new jobs when others are over their time", "[responses][jobs]") {
  Setup setup = over(nullptr);
  setup.config.store.jobs_max = 2;
  setup.config.store.ttl = 2s;
  CoreWorld w(std::move(setup));
  const auto work = [](CoreWorld& world) -> Task<void> {
    const Got first = co_await post(world, ask(), "order-1");
    const Got second = co_await post(world, ask(), "order-2");
    CHECK(first.status == 200);
    CHECK(second.status == 200);
    const Got third = co_await post(world, ask(), "order-3");
    CHECK(third.code() == "store_unavailable");
    for (int i = 4; i < 10; ++i) {
      co_await world.clock().sleep(3s);
      const Got later = co_await post(world, ask(), "order-" + std::to_string(i));
      CHECK(later.status == 200);
    }
  };
  w.run(work(w));
}

TEST_CASE("what is over its time goes at boot", "[responses][jobs]") {
  agent::StoreConfig config;
  config.ttl = 1s;
  MemoryJobs store(config);
  Setup setup = over(&store);
  setup.config.store.ttl = 1s;
  CoreWorld w(setup);
  std::string path;
  const auto make = [](CoreWorld& world, std::string& made) -> Task<void> {
    const Got got = co_await post(world, ask());
    made = path_of(got);
  };
  w.run(make(w, path));
  setup.seed = 2;
  CoreWorld next(setup);
  next.world.clock.step_wall(10s);
  const auto look = [](CoreWorld& world, std::string at) -> Task<void> {
    const Got gone = co_await get(world, std::move(at));
    CHECK(gone.status == 404);
  };
  next.run(look(next, path));
}

TEST_CASE("a store that cannot be taken over ends the start with the reason", "[jobs]") {
  struct Row {
    StoreFailure why;
    const char* says;
  };
  const Row rows[] = {{StoreFailure::full, "it is full"},
                      {StoreFailure::busy, "another program holds it"},
                      {StoreFailure::broken, "it cannot be written, or is damaged"}};
  for (const Row& row : rows) {
    ShakyStore store;
    store.failing = row.why;
    CoreWorld w(over(&store));
    CHECK_THROWS_WITH(w.world.clock.run(w.agent->serve(*w.listener)),
                      Catch::Contains("the jobs in it cannot be taken over") &&
                          Catch::Contains(row.says));
  }
}

TEST_CASE("in the next life a job is not answered without its conversation",
          "[responses][jobs][REQ-086]") {
  struct Paths {
    std::string follow_up;
    std::string known;
    std::string fresh;
  };
  MemoryJobs store;
  Paths paths;
  Setup first = over(&store, 1);
  first.faults = {fault(fakes::Hang{}, 5s)};
  CoreWorld w(std::move(first));
  const auto before = [](CoreWorld& world, Paths& made) -> Task<void> {
    const Got one = co_await post(world, ask());
    const Got turn = co_await post(world, ask(R"(,"conversation":"known")"));
    CHECK(turn.status == 200);
    co_await world.clock().sleep(6s);
    const std::string after = R"(,"previous_response_id":")" + one.member("id") + "\"";
    const Got follow_up = co_await post(world, ask(after + R"(,"background":true)"));
    const Got known =
        co_await post(world, ask(R"(,"conversation":"known","background":true)"));
    const Got fresh =
        co_await post(world, ask(R"(,"conversation":"fresh","background":true)"));
    CHECK(follow_up.status == 202);
    made.follow_up = path_of(follow_up);
    made.known = path_of(known);
    made.fresh = path_of(fresh);
    co_await world.clock().sleep(1s);
  };
  w.run(before(w, paths));

  CoreWorld next(over(&store, 2));
  const auto after = [](CoreWorld& world, Paths made) -> Task<void> {
    co_await world.clock().sleep(5s);
    const Got follow_up = co_await get(world, made.follow_up);
    const Got known = co_await get(world, made.known);
    for (const Got* lost : {&follow_up, &known}) {
      CHECK(lost->member("status") == "failed");
      CHECK(holds(lost->body, "\"code\":\"interrupted\""));
      CHECK(holds(lost->body, "conversation that it goes on from is gone"));
    }
    const Got fresh = co_await get(world, made.fresh);
    CHECK(fresh.member("status") == "completed");
  };
  next.run(after(next, paths));
  CHECK(next.records.size() == 1);
}

TEST_CASE("a job of another life is kept alive", "[responses][jobs][REQ-086]") {
  MemoryJobs store;
  Setup setup = over(&store, 1);
  setup.faults = {fault(fakes::Hang{})};
  CoreWorld w(setup);
  std::string id;
  const auto before = [](CoreWorld& world, std::string& made) -> Task<void> {
    const Got got = co_await post(world, ask(R"(,"background":true)"));
    made = got.member("id");
    co_await world.clock().sleep(1s);
  };
  w.run(before(w, id));
  setup.seed = 2;
  CoreWorld next(setup);
  const auto after = [](CoreWorld& world, MemoryJobs& kept, std::string of) -> Task<void> {
    co_await world.clock().sleep(1s);
    const auto begun = co_await kept.read(of);
    co_await world.clock().sleep(12s);
    const auto later = co_await kept.read(of);
    CHECK((*later)->state == JobState::in_progress);
    CHECK((*later)->heartbeat_at - (*begun)->heartbeat_at >= 5'000'000'000);
  };
  next.run(after(next, store, id));
}

TEST_CASE("a repetition is answered before anything is looked up or limited",
          "[responses][jobs][REQ-029]") {
  MemoryJobs store;
  Setup setup = over(&store, 1);
  setup.config.rate.daily_free = 2;
  CoreWorld w(setup);
  std::string body;
  std::string answer;
  const auto before = [](CoreWorld& world, std::string& asked, std::string& told) -> Task<void> {
    const Got first = co_await post(world, ask());
    asked = ask(R"(,"previous_response_id":")" + first.member("id") + "\"");
    const Got second = co_await post(world, asked, "order-1");
    CHECK(second.status == 200);
    told = second.body;
    const Got third = co_await post(world, ask());
    CHECK(third.code() == "daily_quota_exceeded");
    for (int i = 0; i < 3; ++i) {
      const Got again = co_await post(world, asked, "order-1");
      CHECK(again.headers.get("idempotent-replayed") == "true");
      CHECK(again.body == told);
    }
    const Got other = co_await post(world, ask(), "order-1");
    CHECK(other.code() == "idempotency_key_reuse");
  };
  w.run(before(w, body, answer));
  CHECK(w.records.size() == 2);

  setup.seed = 2;
  setup.config.rate.daily_free = 0;
  CoreWorld next(setup);
  const auto after = [](CoreWorld& world, std::string asked, std::string told) -> Task<void> {
    const Got again = co_await post(world, asked, "order-1");
    CHECK(again.status == 200);
    CHECK(again.body == told);
    const Got fresh = co_await post(world, asked, "order-2");
    CHECK(fresh.code() == "response_not_found");
  };
  next.run(after(next, body, answer));
  CHECK(next.records.empty());
}
