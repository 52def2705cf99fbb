// A connection that follows a job: from where it left off, behind what the log has dropped, beyond
// the end, and with a reader who does not read.
#include "agent/jobs/follow.hpp"

#include <catch2/catch.hpp>

#include "agent/jobs/memory_jobs.hpp"
#include "tests/support/worlds.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::EventLog;
using agent::Following;
using agent::JobPtr;
using world::Task;

namespace {

std::string event(int number) { return "<" + std::to_string(number) + ">"; }

// A job of ten events behind an HTTP server, and one call that follows it.
struct Arm {
  InSim world;
  agent::MemoryJobs store;
  JobPtr job;
  Following how;
  world::Instant left = world::kNever;  // when the follower had done

  explicit Arm(EventLog::Bounds bounds = {}, agent::StoreConfig config = {})
      : store(config, agent::Defect::none),
        job(std::make_shared<agent::Job>(world.clock, bounds)) {
    job->id = "resp_1";
    job->request_id = "r1";
    job->request.stream = true;
    how.keeps = true;
  }
  world::Clock& clock() { return world.clock; }

  // The store has the events before `upto`.
  void keep(int upto) {
    job->stored = true;
    world.clock.run(keep_all(upto));
  }
  Talk follow(Task<void> meanwhile, world::Nanos patience = 60s) {
    const world::HttpHandler handler = [this](world::HttpServerConnection& connection,
                                              world::HttpRequest) {
      return serve(connection);
    };
    const auto listener = *world.network.listen({"agent", 80});
    world::HttpServerOptions options;
    Talk got;
    world.clock.run(serve_during(clock(), world::serve_http(clock(), *listener, handler, options),
                                 read(std::move(meanwhile), patience, got)));
    return got;
  }

 private:
  Task<void> keep_all(int upto) {
    agent::JobRow row;
    row.id = job->id;
    const auto created = co_await store.create(std::move(row), std::nullopt);
    CHECK(created.has_value());
    agent::JobStore::Events events;
    for (int i = 0; i < upto; ++i) events.emplace_back(static_cast<std::uint64_t>(i), event(i));
    const auto kept = co_await store.append_events(job->id, std::move(events));
    CHECK(kept.has_value());
  }
  Task<void> serve(world::HttpServerConnection& connection) {
    co_await agent::follow(connection, store, job, how);
    left = clock().now();
    connection.close_after();
  }
  Task<void> read(Task<void> meanwhile, world::Nanos patience, Talk& got) {
    world::Scope scope(clock());
    scope.spawn(std::move(meanwhile));
    world::Endpoint at{"agent", 80};
    std::string bytes = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    auto talking = talk(clock(), world.network, std::move(at), std::move(bytes), patience);
    got = co_await std::move(talking);
    co_await scope.join();
  }
};

Task<void> tell(Arm& arm, int events, world::Nanos each) {
  for (int i = 0; i < events; ++i) {
    if (each > 0ns) co_await arm.clock().sleep(each);
    arm.job->log.add(event(i));
  }
  co_await arm.clock().sleep(1s);
  arm.job->log.end();
}

Task<void> end_later(Arm& arm) {
  co_await arm.clock().sleep(1s);
  arm.job->log.end();
}

std::string events_of(const Talk& got) {
  std::string events;
  bool inside = false;
  for (const char c : got.bytes) {
    if (c == '<') inside = true;
    if (inside) events += c;
    if (c == '>') inside = false;
  }
  return events;
}

bool is_whole(const Talk& got) { return got.bytes.ends_with("0\r\n\r\n"); }

const std::string kAll = "<0><1><2><3><4><5><6><7><8><9>";

}  // namespace

TEST_CASE("whoever follows from beyond the last event waits, and gets an empty stream",
          "[jobs][follow]") {
  for (const bool streams : {true, false}) {
    CAPTURE(streams);
    Arm arm;
    arm.how.from = 99'999;
    arm.how.streams = streams;
    const Talk got = arm.follow(tell(arm, 10, 10ms));
    CHECK(got.bytes.starts_with("HTTP/1.1 200"));
    CHECK(events_of(got).empty());
    CHECK(is_whole(got));
    CHECK(arm.how.told);
    CHECK(got.last_byte >= world::at(1s));
  }
}

TEST_CASE("whoever follows from the next event on gets that", "[jobs][follow]") {
  Arm arm;
  arm.how.from = 7;
  arm.how.streams = true;
  const Talk got = arm.follow(tell(arm, 10, 10ms));
  CHECK(events_of(got) == "<7><8><9>");
  CHECK(is_whole(got));
}

TEST_CASE("a job without events and without an answer has one all the same", "[jobs][follow]") {
  for (const bool streams : {true, false}) {
    CAPTURE(streams);
    Arm arm;
    arm.job->request.stream = streams;
    const Talk got = arm.follow(end_later(arm));
    CHECK(got.bytes.starts_with("HTTP/1.1 500"));
    CHECK(got.bytes.find("\"interrupted\"") != std::string::npos);
  }
}

TEST_CASE("what the log has dropped comes from the store", "[jobs][follow]") {
  EventLog::Bounds three;
  three.events_max = 3;
  struct Row {
    int kept;  // by the store, before this one
    std::uint64_t from;
    std::string events;
    bool whole;
  };
  const std::vector<Row> rows = {
      {10, 0, kAll, true},
      {7, 0, kAll, true},
      {7, 5, "<5><6><7><8><9>", true},
      {5, 0, "<0><1><2><3><4>", false},  // 5 and 6 are gone: not as if they had never been
  };
  for (const Row& row : rows) {
    CAPTURE(row.kept, row.from);
    Arm arm(three);
    arm.keep(row.kept);
    for (int i = 0; i < 10; ++i) arm.job->log.add(event(i));
    arm.how.from = row.from;
    const Talk got = arm.follow(end_later(arm));
    CHECK(events_of(got) == row.events);
    CHECK(is_whole(got) == row.whole);
    CHECK(arm.how.told == row.whole);
    CHECK(arm.how.behind != row.whole);
  }
}

TEST_CASE("events that are nowhere any more are not passed over", "[jobs][follow]") {
  EventLog::Bounds three;
  three.events_max = 3;
  agent::StoreConfig few;
  few.events_max = 6;
  Arm arm(three, few);
  arm.keep(10);
  for (int i = 0; i < 10; ++i) arm.job->log.add(event(i));
  const Talk got = arm.follow(end_later(arm), 2s);
  CHECK(got.bytes.empty());  // whoever asked to follow says why
  CHECK(arm.how.behind);
  CHECK_FALSE(arm.how.begun);
}

TEST_CASE("the last events drop nobody's", "[jobs][follow]") {
  EventLog::Bounds three;
  three.events_max = 3;
  Arm arm(three);
  for (int i = 0; i < 3; ++i) arm.job->log.add(event(i));
  arm.job->end(agent::JobState::completed);
  for (int i = 3; i < 10; ++i) arm.job->log.add(event(i));
  const Talk got = arm.follow(end_later(arm));
  CHECK(events_of(got) == kAll);
  CHECK(is_whole(got));
}

namespace {

// Asks and reads nothing, or so little at a time.
Task<void> ask_slowly(Arm& arm, std::size_t bytes, world::Nanos each, std::string& got) {
  const world::HttpHandler handler = [&arm](world::HttpServerConnection& connection,
                                            world::HttpRequest) {
    const auto serve = [](Arm& a, world::HttpServerConnection& c) -> Task<void> {
      co_await agent::follow(c, a.store, a.job, a.how);
      a.left = a.clock().now();
      c.close_after();
    };
    return serve(arm, connection);
  };
  const auto listener = *arm.world.network.listen({"agent", 80});
  world::HttpServerOptions options;
  world::Scope servers(arm.clock());
  servers.spawn(world::serve_http(arm.clock(), *listener, handler, options));
  world::Endpoint at{"agent", 80};
  auto connecting = arm.world.network.connect(std::move(at));
  auto stream = co_await std::move(connecting);
  const std::string request = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
  const world::Result<void> sent = co_await (*stream)->write_all(request);
  CHECK(sent.has_value());
  std::string room(bytes + 1, ' ');
  for (int i = 0; i < 200 && arm.left == world::kNever; ++i) {
    co_await arm.clock().sleep(each);
    if (bytes == 0) continue;
    const world::Result<std::size_t> n = co_await (*stream)->read_some(room.data(), bytes);
    if (!n || *n == 0) break;
    got.append(room, 0, *n);
  }
  (*stream)->reset();
  servers.cancel();
  co_await servers.join_anyway();
}

}  // namespace

TEST_CASE("who takes nothing for too long is cut off; who is slow is not", "[jobs][follow]") {
  struct Row {
    std::size_t bytes;  // that it reads each second
    world::Nanos patience;
    bool told;
  };
  const std::vector<Row> rows = {{0, 30s, false}, {16'384, 30s, true}};
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    Arm arm;
    world::Link narrow;
    narrow.window_bytes = 4'096;
    arm.world.network.set_link("agent", narrow);
    arm.job->log.add(std::string(500'000, 'x'));
    arm.job->log.end();
    arm.how.patience = row.patience;
    std::string got;
    arm.world.clock.run(ask_slowly(arm, row.bytes, 1s, got));
    CHECK(arm.how.told == row.told);
    REQUIRE(arm.left != world::kNever);
    if (!row.told) CHECK(arm.left < world::at(31s));
    if (row.told) CHECK(got.size() > 490'000);
  }
}
