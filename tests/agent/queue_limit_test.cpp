// The limits of the queue that are found out: how many slots there are, how long requests take.
#include <catch2/catch.hpp>

#include "tests/agent/queue_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using agent::AdaptiveLimit;
using agent::DelayWatch;
using agent::ServiceTimes;
using world::Nanos;

namespace {

// Calls of a second each, by turns fine or overloaded, the limit always used up.
struct Calls {
  AdaptiveLimit limit{10, 1, 64};
  world::Instant now = world::at(0s);

  void end(Load load, int count = 1) {
    now += 1s;
    for (int i = 0; i < count; ++i) limit.note(load, now - 1s, now, limit.limit());
  }
};

agent::QueueConfig adaptive() {
  agent::QueueConfig config;
  config.running_max = 64;
  config.limit = agent::SlotLimit::adaptive;
  return config;
}

struct Seen {
  std::vector<std::int64_t> limits;  // at each second
  std::int64_t least(std::size_t from, std::size_t to) const {
    return *std::min_element(limits.begin() + from, limits.begin() + to);
  }
  std::int64_t most(std::size_t from, std::size_t to) const {
    return *std::max_element(limits.begin() + from, limits.begin() + to);
  }
};

}  // namespace

TEST_CASE("the limit grows with successes, fast until the first overload", "[queue][REQ-038]") {
  Calls c;
  CHECK(c.limit.limit() == 10);
  c.end(Load::fine, 10);
  CHECK(c.limit.limit() == 20);
  c.end(Load::neutral, 50);
  CHECK(c.limit.limit() == 20);
  c.end(Load::overloaded, 10);  // one overload, told ten times
  CHECK(c.limit.limit() == 18);
  c.end(Load::fine, 18);
  CHECK(c.limit.limit() == 18);  // one more for 18 successes, less the rounding
  c.end(Load::fine, 2);
  CHECK(c.limit.limit() == 19);
}

TEST_CASE("the limit keeps its bounds", "[queue][REQ-038]") {
  Calls c;
  c.end(Load::fine, 500);
  CHECK(c.limit.limit() == 64);
  for (int i = 0; i < 100; ++i) {
    c.end(Load::overloaded);
    c.end(Load::fine);
  }
  CHECK(c.limit.limit() >= 1);
  CHECK(c.limit.limit() <= 3);
  CHECK(AdaptiveLimit(10, 1, 4).limit() == 4);
  CHECK(AdaptiveLimit(10, 20, 40).limit() == 20);
}

TEST_CASE("what is not used is not tried, and an outage is no overload", "[queue][REQ-038]") {
  AdaptiveLimit limit(10, 1, 64);
  for (int i = 0; i < 100; ++i) limit.note(Load::fine, world::at(0s), world::at(1s), 4);
  CHECK(limit.limit() == 10);
  Calls c;
  for (int i = 0; i < 100; ++i) c.end(Load::overloaded);
  CHECK(c.limit.limit() == 9);  // once, as nothing succeeded between
}

TEST_CASE("the limit follows a provider whose capacity falls to 5 and comes back",
          "[queue][REQ-038]") {
  struct Row {
    world::Nanos takes;
    double load;  // of what 20 slots can do
  };
  for (const Row& row : {Row{500ms, 1.0}, Row{500ms, 2.0}, Row{1500ms, 1.0}, Row{1500ms, 2.0}}) {
    CAPTURE(row.takes.count(), row.load);
    QueueWorld w(adaptive());
    w.capacity = 20;
    std::vector<QueueWorld::Asking> all;
    const double per_second = row.load * 20e9 / static_cast<double>(row.takes.count());
    w.stream(all, {0s, "u", ServiceTier::standard, row.takes, 60s}, per_second, 0s, 300s, 60);
    Seen seen;
    std::vector<QueueWorld::Event> events;
    events.push_back({100s, [&] { w.capacity = 5; }});
    events.push_back({200s, [&] { w.capacity = 20; }});
    for (int t = 0; t < 300; ++t) {
      events.push_back({1s * t, [&] { seen.limits.push_back(w.queue->limit()); }});
    }
    w.run(all, events);
    CHECK(seen.least(30, 100) >= 14);  // 20 less 30 %
    CHECK(seen.most(30, 100) <= 26);
    CHECK(seen.most(130, 200) <= 7);  // 30 s after the fall
    CHECK(seen.least(130, 200) >= 4);
    CHECK(seen.least(260, 300) >= 14);  // 60 s after it came back
    CHECK(seen.most(260, 300) <= 26);
    CHECK(w.refused_percent(30s, 100s) < 5);
    CHECK(w.refused_percent(130s, 200s) < 5);
    CHECK(w.refused_percent(260s, 300s) < 5);
  }
}

TEST_CASE("the mean of service times forgets, the median ignores one slow answer",
          "[queue][REQ-034]") {
  ServiceTimes times(2s);
  CHECK_FALSE(times.known());
  CHECK(times.mean() == 2s);
  CHECK(times.median() == 2s);
  for (int i = 1; i <= 100; ++i) times.note(4s, world::at(1s * i));
  CHECK(times.mean() > 3900ms);
  CHECK(times.mean() <= 4s);
  times.note(60s, world::at(101s));
  CHECK(times.median() == 4s);
  CHECK(times.mean() < 5s);
  for (int i = 1; i <= 60; ++i) times.note(1s, world::at(101s + 1s * i));
  CHECK(times.mean() < 3s);  // half of what it knew is gone
  for (int i = 1; i <= 300; ++i) times.note(1s, world::at(161s + 1s * i));
  CHECK(times.mean() < 1200ms);
}

TEST_CASE("a standing line is one in which nobody waits little", "[queue][REQ-040]") {
  DelayWatch off(0s, 20s);
  DelayWatch watch(2s, 20s);
  for (int t = 0; t < 100; ++t) {
    const world::Instant now = world::at(1s * t);
    CHECK_FALSE(off.turns_away(1h, now));
    // Long waits from the start; they stand from the second interval on, until one waited little.
    const bool calm = t >= 50 && t < 80;
    const bool turned_away = watch.turns_away(calm ? 1s : 5s, now);
    CAPTURE(t);
    CHECK(turned_away == (t >= 20 && t < 50));
  }
  CHECK_FALSE(watch.turns_away(3s, world::at(100s)));  // stands again, but waited too little
  CHECK(watch.turns_away(5s, world::at(101s)));
}
