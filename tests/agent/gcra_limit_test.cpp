// The two counters under all limits of rate, each against a naive model: the bucket and the window.
#include <catch2/catch.hpp>
#include <deque>

#include "agent/limits/gcra.hpp"
#include "agent/limits/window_log.hpp"
#include "world/random.hpp"

using namespace std::chrono_literals;
using agent::Gcra;
using agent::WindowLog;
using world::at;
using world::Instant;
using world::Nanos;

namespace {

constexpr world::Purpose kStep("step");
constexpr world::Purpose kUnits("units");

// A bucket that is filled as time goes, counted in nanoseconds: one unit is worth one interval.
struct NaiveBucket {
  std::int64_t interval;
  std::int64_t burst;
  std::int64_t credit = burst * interval;
  Instant last{};

  void fill(Instant now) {
    credit = std::min(burst * interval, credit + (now - last).count());
    last = now;
  }
  bool take(Instant now, std::int64_t units) {
    fill(now);
    if (credit < units * interval) return false;
    credit -= units * interval;
    return true;
  }
};

struct Setting {
  std::int64_t limit;
  Nanos period;
  std::int64_t burst;
};
const Setting kSettings[] = {{10, 1s, 1},  {10, 1s, 10}, {30, 60s, 30}, {30, 60s, 1},
                             {3, 1s, 2},   {7, 60s, 5},  {1, 1s, 1},    {1'000'000, 60s, 50},
                             {10, 1s, 20}, {200, 24h, 200}};

}  // namespace

TEST_CASE("the bucket lets through exactly what it should", "[gcra][REQ-048][REQ-050]") {
  const Gcra ten(10, 1s, 3);  // one every 100 ms, three at once
  CHECK(ten.interval() == 100ms);
  struct Row {
    Nanos at;
    bool allowed;
    std::int64_t left;
  };
  const Row rows[] = {{5s, true, 2},           {5s, true, 1},          {5s, true, 0},
                      {5s, false, 0},          {5s + 100ms - 1ns, false, 0},
                      {5s + 100ms, true, 0},   {5s + 100ms, false, 0}, {5s + 299ms, true, 0},
                      {5s + 300ms, true, 0},   {5s + 300ms, false, 0}, {5s + 700ms, true, 2},
                      {5s + 800ms, true, 2},   {5s + 800ms, true, 1},  {5s + 800ms, true, 0},
                      {5s + 800ms, false, 0}};
  Gcra::State state;
  for (const Row& row : rows) {
    CAPTURE(row.at.count());
    const bool allowed = ten.allows(state, at(row.at));
    CHECK(allowed == row.allowed);
    if (!allowed) CHECK(ten.next_at(state) > at(row.at));
    if (allowed) ten.take(state, at(row.at));
    CHECK(ten.remaining(state, at(row.at)) == row.left);
  }
}

TEST_CASE("asking takes nothing, and the wait is that of the old state", "[gcra][REQ-053]") {
  const Gcra gcra(30, 60s, 30);
  Gcra::State state;
  for (int i = 0; i < 30; ++i) gcra.take(state, at(0s));
  for (int i = 0; i < 1'000; ++i) CHECK_FALSE(gcra.allows(state, at(1s)));
  CHECK(gcra.next_at(state) == at(2s));  // not one interval later, as of a state that was charged
  CHECK(gcra.full_in(state, at(1s)) == 59s);
  CHECK(gcra.remaining(state, at(2s)) == 1);
}

TEST_CASE("the bucket is the naive one, to the nanosecond", "[gcra][REQ-048]") {
  const world::Random random(11);
  for (std::size_t s = 0; s < std::size(kSettings); ++s) {
    const Setting& setting = kSettings[s];
    const Gcra gcra(setting.limit, setting.period, setting.burst);
    NaiveBucket naive{gcra.interval().count(), setting.burst};
    Gcra::State state;
    Instant now{};
    std::vector<Instant> taken;
    for (std::uint64_t i = 0; i < 5'000; ++i) {
      const auto reach = static_cast<std::uint64_t>(gcra.interval().count()) * 2;
      // Often in the same instant, often exactly when it should become possible, or just before.
      const std::uint64_t kind = random.below(4, kStep, s, 2 * i);
      const std::uint64_t step = random.below(reach, kStep, s, 2 * i + 1);
      if (kind == 1) now += Nanos(static_cast<std::int64_t>(step));
      if (kind == 2) now = std::max(now, gcra.next_at(state));
      if (kind == 3) now = std::max(now, gcra.next_at(state) - 1ns);
      const bool large = random.chance(200'000, kUnits, s, i);
      const std::int64_t units = large ? std::min<std::int64_t>(3, setting.burst) : 1;
      const bool allowed = gcra.allows(state, now, units);
      const bool expected = naive.take(now, units);
      if (allowed != expected) FAIL("setting " << s << ", step " << i);
      if (allowed) {
        gcra.take(state, now, units);
        for (std::int64_t u = 0; u < units; ++u) taken.push_back(now);
      }
      if (gcra.remaining(state, now) != naive.credit / naive.interval) FAIL("remaining at " << i);
    }
    // Never more than the burst and what the time is worth.
    for (std::size_t i = 0; i < taken.size(); i += 97) {
      for (std::size_t j = i; j < taken.size(); ++j) {
        const std::int64_t worth = (taken[j] - taken[i]) / gcra.interval() + setting.burst;
        if (static_cast<std::int64_t>(j - i + 1) > worth) FAIL("too many from " << i);
      }
    }
    CHECK(taken.size() > 1'000);
  }
}

TEST_CASE("what does not divide is rounded so that never more is let in", "[gcra]") {
  CHECK(Gcra(3, 1s, 1).interval() == 333'333'334ns);
  CHECK(Gcra(7, 60s, 1).interval() * 7 >= 60s);
}

TEST_CASE("far bounds do not overflow", "[gcra]") {
  const Gcra gcra(1, 24h * 31, 1'000'000'000);
  Gcra::State state;
  for (int i = 0; i < 100; ++i) gcra.take(state, at(24h * 365 * 100), 1'000'000'000);
  CHECK(gcra.burst() > 0);
  CHECK(state.tat == world::kNever);
  CHECK(gcra.remaining(state, at(0s)) == 0);
  CHECK(gcra.next_at(state) > at(24h * 365 * 100));
  for (int i = 0; i < 100; ++i) gcra.give_back(state, 1'000'000'000);
  CHECK(gcra.remaining(state, at(0s)) == gcra.burst());
}

TEST_CASE("the window is the naive one", "[gcra][REQ-042]") {
  const world::Random random(5);
  for (const std::size_t limit : {1U, 3U, 10U, 60U}) {
    WindowLog log;
    std::deque<Instant> naive;
    Instant now{};
    for (std::uint64_t i = 0; i < 5'000; ++i) {
      const std::uint64_t kind = random.below(3, kStep, limit, 2 * i);
      const std::uint64_t step =
          random.below(30'000'000'000 / limit, kStep, limit, 2 * i + 1);
      if (kind == 1) now += Nanos(static_cast<std::int64_t>(step));
      if (kind == 2) now = std::max(now, log.next_at(now, 10s, limit));
      while (!naive.empty() && naive.front() + 10s <= now) naive.pop_front();
      if (log.count(now, 10s) != naive.size()) FAIL("count at step " << i);
      const bool allowed = log.next_at(now, 10s, limit) <= now;
      if (allowed != (naive.size() < limit)) FAIL("step " << i);
      if (!allowed) continue;
      log.add(now);
      naive.push_back(now);
      REQUIRE(log.size() <= limit);
    }
  }
}

TEST_CASE("the window foretells who comes when", "[gcra][REQ-044]") {
  WindowLog log;
  for (const Nanos each : {0s, 1s, 2s}) log.add(at(each));
  struct Row {
    std::size_t limit;
    std::size_t ahead;
    Nanos at;
  };
  const Row rows[] = {{5, 0, 3s},   {5, 1, 3s},   {5, 2, 10s},  {5, 3, 11s},  {5, 4, 12s},
                      {5, 5, 13s},  {5, 6, 13s},  {5, 7, 20s},  {3, 0, 10s},  {3, 1, 11s},
                      {3, 2, 12s},  {3, 3, 20s},  {3, 8, 32s},  {100, 50, 3s}};
  for (const Row& row : rows) {
    CAPTURE(row.limit, row.ahead);
    CHECK(log.next_at(at(3s), 10s, row.limit, row.ahead) == at(row.at));
  }
  CHECK(log.next_at(at(3s), 10s, 0) == world::kNever);
  WindowLog empty;
  CHECK(empty.next_at(at(3s), 10s, 2, 5) == at(23s));  // two at once, two at 13 s
}
