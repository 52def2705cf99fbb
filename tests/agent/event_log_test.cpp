// The log of a job's events: numbers without a gap, bounds, followers that come early and late.
#include "agent/jobs/event_log.hpp"

#include <catch2/catch.hpp>

#include "world/scope.hpp"
#include "world/sim_clock.hpp"

using agent::EventLog;
using world::Task;
using namespace std::chrono_literals;

namespace {

struct Arm {
  world::SimClock clock;
  EventLog log;
  explicit Arm(EventLog::Bounds bounds = {}) : log(clock, bounds) {}
};

Task<void> tell(Arm& arm, int events, bool patient) {
  for (int i = 0; i < events; ++i) {
    if (patient) co_await arm.log.room();
    arm.log.add(std::to_string(i % 10));
    co_await arm.clock.sleep(1ms);
  }
  arm.log.end();
}

Task<void> follow(Arm& arm, std::uint64_t cursor, world::Nanos each, bool out, std::string& got) {
  for (;;) {
    co_await arm.log.beyond(cursor);
    const std::string taken = out ? arm.log.take_out(cursor) : arm.log.take(cursor);
    got += taken;
    if (taken.empty() && arm.log.ended()) co_return;
    co_await arm.clock.sleep(each);
  }
}

Task<void> both(Arm& arm, Task<void> one, Task<void> other) {
  world::Scope scope(arm.clock);
  scope.spawn(std::move(one));
  scope.spawn(std::move(other));
  co_await scope.join();
}

}  // namespace

TEST_CASE("events are numbered without a gap, and can be taken from any number", "[jobs]") {
  struct Row {
    std::uint64_t cursor;
    std::string taken;
    std::uint64_t then;
  };
  const std::vector<Row> rows = {{0, "abc", 3}, {1, "bc", 3}, {3, "", 3}, {9, "", 9}};
  for (const Row& row : rows) {
    Arm arm;
    CHECK(arm.log.empty());
    CHECK(arm.log.add("a") == 0);
    CHECK(arm.log.add("b") == 1);
    CHECK(arm.log.add("c") == 2);
    std::uint64_t cursor = row.cursor;
    CHECK(arm.log.take(cursor) == row.taken);
    CHECK(cursor == row.then);
    CHECK_FALSE(arm.log.empty());
  }
}

TEST_CASE("what is beyond the bounds is dropped from the front", "[jobs]") {
  struct Row {
    EventLog::Bounds bounds;
    std::vector<std::string> events;
    std::uint64_t first;
    std::string held;
  };
  const std::vector<Row> rows = {
      {{3, 100}, {"a", "b", "c", "d"}, 1, "bcd"},
      {{100, 4}, {"aa", "bb", "c"}, 1, "bbc"},          // full at 4 bytes
      {{100, 4}, {"aaa", "bbbbbbbb"}, 0, "aaabbbbbbbb"},  // one event beyond, never two
      {{100, 4}, {"aaa", "bbbbbbbb", "c"}, 2, "c"},
      {{1, 1}, {"a", "b"}, 1, "b"},
      {{0, 0}, {"a", "b"}, 1, "b"},  // the newest is always there
  };
  for (const Row& row : rows) {
    Arm arm(row.bounds);
    for (const std::string& event : row.events) arm.log.add(event);
    CHECK(arm.log.first() == row.first);
    CHECK(arm.log.next() == row.events.size());
    CHECK(arm.log.bytes() == row.held.size());
    std::uint64_t cursor = 0;
    CHECK(arm.log.take(cursor) == row.held);
    CHECK(cursor == row.events.size());
  }
}

TEST_CASE("followers get every event once, however slow they are", "[jobs]") {
  const std::string all = "01234567890123456789";
  for (const world::Nanos each : {0ns, 100'000ns, 3'000'000ns, 1'000'000'000ns}) {
    Arm arm;
    std::string got;
    arm.clock.run(both(arm, tell(arm, 20, false), follow(arm, 0, each, false, got)));
    CHECK(got == all);
    std::string late;
    arm.clock.run(follow(arm, 17, 0ns, false, late));
    CHECK(late == "789");
  }
}

TEST_CASE("a writer that waits for room loses nothing to a slow reader", "[jobs]") {
  Arm arm({.events_max = 3, .bytes_max = 100});
  std::string got;
  arm.clock.run(both(arm, tell(arm, 20, true), follow(arm, 0, 10ms, true, got)));
  CHECK(got == "01234567890123456789");
  CHECK(arm.log.bytes() == 0);
  CHECK(arm.log.first() == 20);

  Arm hasty({.events_max = 3, .bytes_max = 100});
  std::string gaps;
  hasty.clock.run(both(hasty, tell(hasty, 20, false), follow(hasty, 0, 10ms, true, gaps)));
  CHECK(gaps.size() < 20);
}

TEST_CASE("the end of a log lets everybody go", "[jobs]") {
  Arm arm({.events_max = 1, .bytes_max = 100});
  arm.log.add("x");
  arm.log.end();
  CHECK(arm.clock.run(arm.log.room()));
  CHECK(arm.clock.run(arm.log.beyond(7)));
  // Without the end both would wait for ever.
  Arm open({.events_max = 1, .bytes_max = 100});
  open.log.add("x");
  CHECK_FALSE(open.clock.run(open.log.room()));
  CHECK_FALSE(open.clock.run(open.log.beyond(7)));
}

TEST_CASE("nobody waits for room in a log that nobody takes out of", "[jobs]") {
  Arm arm({.events_max = 1, .bytes_max = 100});
  arm.log.add("x");
  arm.log.let_go();
  CHECK(arm.clock.run(arm.log.room()));
  arm.log.add("y");
  CHECK(arm.log.first() == 1);
}

TEST_CASE("nothing is dropped for the end", "[jobs]") {
  Arm arm({.events_max = 1, .bytes_max = 100});
  arm.log.add("x");
  arm.log.begin_end();
  arm.log.add("y");
  arm.log.add("z");
  std::uint64_t cursor = 0;
  CHECK(arm.log.take(cursor) == "xyz");
}
