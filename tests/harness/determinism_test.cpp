// The determinism check must find a planted nondeterminism, and name the first event that differs.
#include "harness/run/determinism.hpp"

#include <catch2/catch.hpp>

#include "harness/run/trail_file.hpp"
#include "world/sim_clock.hpp"

using namespace harness;

namespace {

struct Sleeper {
  std::uint64_t events = 0;    // how often it wakes
  std::uint64_t odd_event = 0;  // this one comes 1 ns late; 0: none
};

world::Task<void> wake_often(world::Clock& clock, Sleeper sleeper) {
  for (std::uint64_t n = 1; n <= sleeper.events; ++n) {
    const world::Nanos nap(n == sleeper.odd_event ? 1'001 : 1'000);
    co_await clock.sleep(nap);
  }
}

// A run of a simulation that may have a defect: a length that depends on something it should not.
Execution execution(const std::string& name, Sleeper sleeper) {
  Execution execution;
  execution.name = name;
  world::SimClock clock;
  CHECK(clock.run(wake_often(clock, sleeper)));
  execution.trail = {clock.checkpoints(), clock.digest(), clock.events(), "{}"};
  execution.events = [sleeper](std::uint64_t from, std::uint64_t to) {
    EventLines lines;
    world::SimClock again;
    again.set_trace(trace_into(lines, from, to));
    again.run(wake_often(again, sleeper));
    return lines;
  };
  return execution;
}

Sleeper wakes(std::uint64_t events, std::uint64_t odd_event = 0) {
  Sleeper sleeper;
  sleeper.events = events;
  sleeper.odd_event = odd_event;
  return sleeper;
}

constexpr std::uint64_t kEvery = world::SimClock::kCheckpointEvery;

}  // namespace

TEST_CASE("equal runs do not differ", "[determinism]") {
  for (const std::uint64_t events : {std::uint64_t{0}, std::uint64_t{1}, kEvery, 3 * kEvery + 7}) {
    CHECK(first_difference(execution("one", wakes(events)), execution("other", wakes(events))) ==
          "");
  }
}

TEST_CASE("the first event that differs is found wherever it is", "[determinism]") {
  const std::uint64_t events = 3 * kEvery + 100;
  for (const std::uint64_t odd : {std::uint64_t{1}, std::uint64_t{2}, kEvery - 1, kEvery,
                                  kEvery + 1, 2 * kEvery + 77, 3 * kEvery + 1, events}) {
    INFO(odd);
    const std::string told = first_difference(execution("the first run", wakes(events)),
                                              execution("a second run", wakes(events, odd)));
    const std::string number = std::to_string(odd);
    const std::string at = std::to_string(odd * 1'000);
    const std::string later = std::to_string(odd * 1'000 + 1);
    CHECK(told.rfind("the first run and a second run differ first at event " + number + ": `" +
                         number + " at " + at + " ns, mark 1, digest ",
                     0) == 0);
    CHECK(told.find("` against `" + number + " at " + later + " ns, mark 1, digest ") !=
          std::string::npos);
  }
}

TEST_CASE("a run that goes on longer differs at its first further event", "[determinism]") {
  for (const std::uint64_t events : {std::uint64_t{10}, kEvery, 2 * kEvery - 1}) {
    const std::string told = first_difference(execution("a", wakes(events)),
                                              execution("b", wakes(events + 5)));
    CHECK(told.rfind("a and b differ first at event " + std::to_string(events + 1) +
                         ": `no event` against `",
                     0) == 0);
  }
}

TEST_CASE("the same events and another result are a difference too", "[determinism]") {
  Execution other = execution("b", wakes(10));
  other.trail.result = "{ }";
  CHECK(first_difference(execution("a", wakes(10)), other) ==
        "a and b had the same 10 events, but other bytes in result.json");
}

TEST_CASE("a difference that vanishes under the trace is told as such", "[determinism]") {
  Execution fickle = execution("b", wakes(10));
  fickle.trail.digest ^= 1;
  CHECK(first_difference(execution("a", wakes(10)), fickle) ==
        "a and b differ, but not when they are traced (events 1 to 4096)");
}
