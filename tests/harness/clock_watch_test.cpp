#include "harness/run/clock_watch.hpp"

#include <catch2/catch.hpp>

using namespace harness;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kMs = 1'000'000;

// One reading per second of the steady clock, with the other clocks so far ahead of it.
ClockFacts watched(const std::vector<std::pair<std::int64_t, std::int64_t>>& wall_and_boot_ms) {
  ClockWatch watch;
  std::int64_t steady = 7'000 * kMs;
  for (const auto& [wall, boot] : wall_and_boot_ms) {
    watch.look({steady, steady + 1'000'000 * kMs + wall * kMs, steady + 50 * kMs + boot * kMs});
    steady += 1'000 * kMs;
  }
  return watch.facts();
}

}  // namespace

TEST_CASE("clocks that go together show nothing") {
  const ClockFacts facts = watched({{0, 0}, {0, 0}, {0, 0}});
  CHECK(facts.wall_jump == 0ms);
  CHECK(facts.wall_drift == 0ms);
  CHECK(facts.suspended == 0ms);
  CHECK(facts.watched == 2s);
}

TEST_CASE("a wall clock that is set, forth and back") {
  const ClockFacts facts = watched({{0, 0}, {700, 0}, {0, 0}});
  CHECK(facts.wall_jump == 700ms);
  CHECK(facts.wall_drift == 700ms);
  CHECK(watched({{0, 0}, {-700, 0}}).wall_jump == 700ms);
}

TEST_CASE("a wall clock that goes away slowly has no jump but a drift") {
  const ClockFacts facts = watched({{0, 0}, {200, 0}, {400, 0}, {600, 0}});
  CHECK(facts.wall_jump == 200ms);
  CHECK(facts.wall_drift == 600ms);
}

TEST_CASE("a machine that slept") {
  // The steady clock stood still meanwhile; the wall clock did not.
  const ClockFacts facts = watched({{0, 0}, {3'000, 3'000}, {3'000, 3'000}});
  CHECK(facts.suspended == 3s);
  CHECK(facts.wall_jump == 3s);
}

TEST_CASE("the longest stall of the loop counts") {
  ClockWatch watch;
  watch.woke(100, 150);
  watch.woke(1'000, 1'000 + 40 * kMs);
  watch.woke(2'000, 1'990);  // never early, and no less than nothing
  CHECK(watch.facts().loop_stall == 40ms);
}

TEST_CASE("one look alone says nothing") {
  CHECK(watched({{0, 0}}).wall_jump == 0ms);
  CHECK(watched({}).watched == 0s);
}
