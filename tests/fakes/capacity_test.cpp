// A loaded server: its pace, its line, and who is turned away; in both worlds where time matters.
#include "fakes/capacity.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "fakes/warmth.hpp"
#include "tests/support/worlds.hpp"

using namespace std::chrono_literals;
using fakes::Capacity;
using fakes::PacedClock;
using fakes::Scheduler;
using support::InSim;
using support::Live;
using world::at;
using world::Instant;
using world::Nanos;
using world::Task;

namespace {

Scheduler scheduler(std::int64_t slots, std::int64_t knee = 0, double slope = 1.0) {
  Scheduler s;
  s.slots = slots;
  s.knee = knee;
  s.slope = static_cast<std::int64_t>(slope * 1e6);
  return s;
}

Task<void> wake(PacedClock& paced, world::Clock& clock, Instant when, Instant& woke) {
  co_await paced.sleep_until(when);
  woke = clock.now();
}

struct Served {
  Instant began = world::kNever;
  Instant ended = world::kNever;
};

// Comes at an instant, waits for a slot, works for so long in the server's time.
Task<void> serve(world::Clock& clock, Capacity& capacity, Instant comes, Nanos work,
                 Served& served) {
  co_await clock.sleep_until(comes);
  Capacity::Place place(capacity);
  co_await place.wait();
  served.began = clock.now();
  const Instant done = capacity.pace().now() + work;
  co_await capacity.pace().sleep_until(done);
  served.ended = clock.now();
}

struct Load {
  Instant comes;
  Nanos work;
};

template <class World>
std::vector<Served> run(Scheduler config, const std::vector<Load>& loads) {
  World world;
  std::vector<Served> served(loads.size());
  struct Script {
    static Task<void> run(world::Clock& clock, Scheduler config, const std::vector<Load>& loads,
                          std::vector<Served>& served) {
      Capacity capacity(clock, config, Nanos{0});
      world::Scope scope(clock);
      for (std::size_t i = 0; i < loads.size(); ++i) {
        scope.spawn(serve(clock, capacity, loads[i].comes, loads[i].work, served[i]));
      }
      co_await scope.join();
      CHECK(capacity.at_work() == 0);
      CHECK(capacity.waiting() == 0);
    }
  };
  world.clock.run(Script::run(world.clock, config, loads, served));
  return served;
}

}  // namespace

TEST_CASE("a paced clock stretches what is under way", "[capacity]") {
  InSim world;
  struct Script {
    static Task<void> run(world::SimClock& clock) {
      PacedClock paced(clock);
      world::Scope scope(clock);
      Instant woke[3] = {};
      scope.spawn(wake(paced, clock, at(100ms), woke[0]));
      scope.spawn(wake(paced, clock, at(60ms), woke[1]));
      scope.spawn(wake(paced, clock, at(20ms), woke[2]));
      co_await clock.sleep_until(at(40ms));
      paced.set_stretch(3'000'000);
      CHECK(paced.now() == at(40ms));
      co_await clock.sleep_until(at(130ms));
      CHECK(paced.now() == at(70ms));
      paced.set_stretch(PacedClock::kFullPace);
      co_await scope.join();
      CHECK(woke[2] == at(20ms));
      CHECK(woke[1] == at(100ms));
      CHECK(woke[0] == at(160ms));
    }
  };
  world.clock.run(Script::run(world.clock));
}

TEST_CASE("nobody on a paced clock wakes early, and whoever leaves is forgotten", "[capacity]") {
  InSim world;
  struct Script {
    static Task<void> run(world::SimClock& clock) {
      PacedClock paced(clock);
      world::Scope gone(clock);
      Instant never = world::kNever;
      gone.spawn(wake(paced, clock, at(10ms), never));
      co_await clock.sleep(1ms);
      gone.cancel();
      co_await gone.join_anyway();
      CHECK(never == world::kNever);
      for (const std::int64_t stretch : {1'000'001, 1'333'333, 7'654'321, 999'999'937}) {
        paced.set_stretch(stretch);
        for (const Nanos step : {Nanos{1}, Nanos{7}, Nanos{1'000'003}}) {
          const Instant due = paced.now() + step;
          co_await paced.sleep_until(due);
          CHECK(paced.now() >= due);
          CHECK(paced.now() - due <= 1ns);
        }
      }
    }
  };
  world.clock.run(Script::run(world.clock));
}

TEST_CASE("a deadline can be kept in a server's time", "[capacity]") {
  InSim world;
  struct Script {
    static Task<bool> rest(world::Clock& clock) {
      co_await clock.sleep(1h);
      co_return true;
    }
    static Task<void> run(world::SimClock& clock) {
      PacedClock paced(clock);
      paced.set_stretch(2'000'000);
      Task<bool> resting = rest(clock);
      auto waiting = world::with_deadline(paced, paced.now() + 50ms, std::move(resting));
      const std::optional<bool> rested = co_await waiting;
      CHECK_FALSE(rested);
      CHECK(clock.now() == at(100ms));
    }
  };
  world.clock.run(Script::run(world.clock));
}

TEST_CASE("a step takes longer above the knee", "[capacity]") {
  const Scheduler s = scheduler(100, 10, 1.5);
  CHECK(Capacity::stretch_of(s, 0) == 1'000'000);
  CHECK(Capacity::stretch_of(s, 10) == 1'000'000);
  CHECK(Capacity::stretch_of(s, 20) == 2'500'000);
  CHECK(Capacity::stretch_of(s, 40) == 5'500'000);
  CHECK(Capacity::stretch_of(scheduler(8), 8) == 1'000'000);  // the knee is at the slots
}

TEST_CASE("two beyond the knee share the pace of one", "[capacity]") {
  // Alone for 100 ms, together at half the pace, alone again.
  const auto served = run<InSim>(scheduler(2, 1), {{at(0s), 300ms}, {at(100ms), 100ms}});
  CHECK(served[0].ended == at(400ms));
  CHECK(served[1].began == at(100ms));
  CHECK(served[1].ended == at(300ms));
}

TEST_CASE("who finds no slot waits in line", "[capacity]") {
  const std::vector<Load> loads = {
      {at(0ms), 100ms}, {at(10ms), 300ms}, {at(20ms), 100ms}, {at(30ms), 100ms}};
  const auto sim = run<InSim>(scheduler(2), loads);
  const auto live = run<Live>(scheduler(2), loads);
  const Instant began[] = {at(0ms), at(10ms), at(100ms), at(200ms)};
  const Instant ended[] = {at(100ms), at(310ms), at(200ms), at(300ms)};
  for (std::size_t i = 0; i < loads.size(); ++i) {
    CAPTURE(i);
    CHECK(sim[i].began == began[i]);
    CHECK(sim[i].ended == ended[i]);
    CHECK(live[i].began >= began[i]);
    CHECK(live[i].ended >= ended[i]);
    CHECK(live[i].ended < ended[i] + 2s);  // of scenario time: 200 ms on a busy machine
  }
}

TEST_CASE("whoever leaves frees a place, in the line and at work", "[capacity]") {
  InSim world;
  struct Script {
    static Task<void> run(world::SimClock& clock) {
      Capacity capacity(clock, scheduler(1), Nanos{0});
      Served served[4];
      world::Scope at_work(clock);
      world::Scope in_line(clock);
      world::Scope called(clock);
      world::Scope last(clock);
      at_work.spawn(serve(clock, capacity, at(0s), 1h, served[0]));
      in_line.spawn(serve(clock, capacity, at(1ms), 1h, served[1]));
      called.spawn(serve(clock, capacity, at(2ms), 1h, served[2]));
      last.spawn(serve(clock, capacity, at(3ms), 10ms, served[3]));
      co_await clock.sleep_until(at(10ms));
      CHECK(capacity.waiting() == 3);
      in_line.cancel();
      co_await in_line.join_anyway();
      CHECK(capacity.waiting() == 2);
      at_work.cancel();
      co_await at_work.join_anyway();  // the next has been called, and goes before it woke
      called.cancel();
      co_await called.join_anyway();
      co_await last.join();
      CHECK(served[1].began == world::kNever);
      CHECK(served[3].began == at(10ms));
      CHECK(served[3].ended == at(20ms));
      CHECK(capacity.at_work() == 0);
    }
  };
  world.clock.run(Script::run(world.clock));
}

TEST_CASE("giving up leaves the line without a slot", "[capacity]") {
  InSim world;
  struct Script {
    static Task<void> wait(Capacity::Place& place, bool& over) {
      co_await place.wait();
      over = true;
    }
    static Task<void> run(world::SimClock& clock) {
      Capacity capacity(clock, scheduler(1), Nanos{0});
      Capacity::Place first(capacity);
      Capacity::Place second(capacity);
      CHECK(first.at_work());
      world::Scope scope(clock);
      bool over = false;
      scope.spawn(wait(second, over));
      co_await clock.sleep(1ms);
      CHECK_FALSE(over);
      second.give_up();
      co_await scope.join();
      CHECK(over);
      CHECK_FALSE(second.at_work());
      CHECK(capacity.waiting() == 0);
      first.give_up();  // it has its slot, and keeps it
      CHECK(first.at_work());
    }
  };
  world.clock.run(Script::run(world.clock));
}

TEST_CASE("when the line is full, or too slow, the next is refused", "[capacity]") {
  InSim world;
  struct Script {
    static Task<void> run(world::SimClock& clock) {
      Scheduler config = scheduler(2);
      config.queue_max = 3;
      Capacity capacity(clock, config, Nanos{0});
      std::vector<std::unique_ptr<Capacity::Place>> places;
      for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(capacity.overloaded());
        places.push_back(std::make_unique<Capacity::Place>(capacity));
      }
      CHECK(capacity.overloaded());
      CHECK(capacity.expected_wait() == 0ns);  // nobody has ended yet
      co_await clock.sleep(8s);
      places.erase(places.begin());
      CHECK(capacity.waiting() == 2);
      CHECK_FALSE(capacity.overloaded());
      CHECK(capacity.expected_wait() == Nanos(12s));  // 3 services of 8 s on 2 slots
      places.clear();

      config.wait_max = 10s;
      Capacity patient(clock, config, Nanos{0});
      places.push_back(std::make_unique<Capacity::Place>(patient));
      co_await clock.sleep(8s);
      places.clear();
      for (int i = 0; i < 4; ++i) {
        CHECK_FALSE(patient.overloaded());
        places.push_back(std::make_unique<Capacity::Place>(patient));
      }
      CHECK(patient.overloaded());
      places.clear();
    }
  };
  world.clock.run(Script::run(world.clock));
}

TEST_CASE("prompts are read one behind the other", "[capacity]") {
  InSim world;
  struct Script {
    static Task<void> run(world::SimClock& clock) {
      Capacity capacity(clock, scheduler(4), 1ms);
      CHECK(capacity.read_prompt(200) == 200ms);
      CHECK(capacity.read_prompt(100) == 300ms);
      co_await clock.sleep(250ms);
      CHECK(capacity.read_prompt(10) == 60ms);
      co_await clock.sleep(1s);
      CHECK(capacity.read_prompt(10) == 10ms);
    }
  };
  world.clock.run(Script::run(world.clock));
}

TEST_CASE("past the knee more at once get less done", "[capacity]") {
  // 60 requests of a second each on ever more slots. Up to the knee they end sooner; beyond it,
  // with a slope of 2, ever later.
  const auto last_end = [](std::int64_t slots) {
    const std::vector<Load> loads(60, Load{at(0s), 1s});
    Instant last{};
    for (const Served& served : run<InSim>(scheduler(slots, 10, 2.0), loads)) {
      last = std::max(last, served.ended);
    }
    return world::since_start(last);
  };
  CHECK(last_end(5) == 12s);
  CHECK(last_end(10) == 6s);
  CHECK(last_end(20) == 9s);
  CHECK(last_end(60) == 11s);
}

TEST_CASE("a model that nobody asks is loaded again, and all wait for it", "[capacity]") {
  fakes::ColdStart config;
  config.after = 5min;
  config.extra = 8s;
  fakes::Warmth warmth(config);
  CHECK(warmth.begin(at(1min)) == 0ns);
  warmth.end(at(2min));
  CHECK(warmth.begin(at(7min)) == 8s);
  CHECK(warmth.begin(at(7min + 3s)) == 5s);
  CHECK(warmth.begin(at(7min + 8s)) == 0ns);
  for (int i = 0; i < 3; ++i) warmth.end(at(20min));
  CHECK(warmth.begin(at(24min)) == 0ns);
  CHECK(fakes::Warmth(fakes::ColdStart{}).begin(at(1h)) == 0ns);
}
