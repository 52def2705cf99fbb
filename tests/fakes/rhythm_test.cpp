// When a fault is on, and how probable it then is: functions of time.
#include "fakes/schedule/rhythm.hpp"

#include <catch2/catch.hpp>

#include "fakes/schedule/course.hpp"

using namespace fakes;
using namespace std::chrono_literals;
using world::at;

namespace {

Fault in_window(world::Nanos from, world::Instant to) {
  Fault fault;
  fault.from = at(from);
  fault.to = to;
  return fault;
}

Rhythm rhythm_of(const Fault& fault, std::uint64_t entity = 7, std::uint64_t seed = 1) {
  return Rhythm(fault, world::Random(seed), entity);
}

// Every edge up to the instant, found as a gate does.
std::vector<world::Instant> edges(const Fault& fault, Rhythm& rhythm, world::Instant until) {
  std::vector<world::Instant> found;
  world::Instant now{};
  while ((now = rhythm.next_edge(fault, now)) < until) found.push_back(now);
  return found;
}

}  // namespace

TEST_CASE("a square wave begins with its window, on", "[schedule]") {
  Fault fault = in_window(10s, at(52s));
  fault.wave = SquareWave{20s, 5s};
  Rhythm rhythm = rhythm_of(fault);
  struct Row {
    world::Nanos now;
    bool on;
    world::Nanos next;
  };
  for (const Row& row : {Row{0s, false, 10s}, Row{10s - 1ns, false, 10s}, Row{10s, true, 15s},
                         Row{15s - 1ns, true, 15s}, Row{15s, false, 30s}, Row{30s, true, 35s},
                         Row{35s, false, 50s}, Row{51s, true, 52s}}) {
    CAPTURE(row.now.count());
    CHECK(rhythm.on(fault, at(row.now)) == row.on);
    CHECK(rhythm.next_edge(fault, at(row.now)) == at(row.next));
  }
  CHECK_FALSE(rhythm.on(fault, at(52s)));
  CHECK(rhythm.next_edge(fault, at(52s)) == world::kNever);
}

TEST_CASE("a wave without a window goes on for ever", "[schedule]") {
  Fault fault;
  fault.wave = SquareWave{20s, 5s};
  Rhythm rhythm = rhythm_of(fault);
  CHECK(rhythm.on(fault, at(20s * 1'000'000 + 4s)));
  CHECK_FALSE(rhythm.on(fault, at(20s * 1'000'000 + 5s)));
  fault.wave = SquareWave{20s, 20s};  // always on: no edges to wake for
  CHECK(rhythm.on(fault, at(20s)));
  CHECK(rhythm.next_edge(fault, at(20s)) == world::kNever);
}

TEST_CASE("a Markov chain starts up and has the means that it was given", "[schedule]") {
  Fault fault;
  fault.markov = Markov{30s, 5s};
  Rhythm rhythm = rhythm_of(fault);
  CHECK_FALSE(rhythm.on(fault, at(0s)));
  const std::vector<world::Instant> found = edges(fault, rhythm, at(100h));
  world::Nanos up{}, down{};
  world::Instant last{};
  for (std::size_t i = 0; i < found.size(); ++i) {
    (i % 2 == 0 ? up : down) += found[i] - last;
    last = found[i];
    // Down behind every even edge, up behind every odd one.
    REQUIRE(rhythm.on(fault, found[i]) == (i % 2 == 0));
    REQUIRE(rhythm.on(fault, found[i] - 1ns) == (i % 2 == 1));
  }
  const double n = static_cast<double>(found.size()) / 2;  // about 10,286; the mean is +- 1 %
  CHECK(n > 9'700);
  CHECK(n < 10'900);
  CHECK(static_cast<double>(up.count()) / n / 1e9 == Approx(30).epsilon(0.04));
  CHECK(static_cast<double>(down.count()) / n / 1e9 == Approx(5).epsilon(0.04));
}

TEST_CASE("the intervals are the same in whatever order they are asked for", "[schedule]") {
  Fault fault;
  fault.markov = Markov{3s, 2s};
  Rhythm forth = rhythm_of(fault), back = rhythm_of(fault), other = rhythm_of(fault, 8),
         seeded = rhythm_of(fault, 7, 2);
  int differ = 0, differ_by_seed = 0, down = 0;
  std::vector<bool> seen;
  for (int s = 0; s < 1'000; ++s) seen.push_back(forth.on(fault, at(s * 1s)));
  for (int s = 999; s >= 0; --s) {
    const bool on = back.on(fault, at(s * 1s));
    REQUIRE(on == seen[static_cast<std::size_t>(s)]);
    down += on;
    differ += on != other.on(fault, at(s * 1s));
    differ_by_seed += on != seeded.on(fault, at(s * 1s));
  }
  CHECK(down > 250);
  CHECK(down < 550);
  CHECK(differ > 250);
  CHECK(differ_by_seed > 250);
}

TEST_CASE("after the last sojourn they repeat", "[schedule]") {
  Sojourns sojourns(Markov{1ms, 1ms}, world::Random(1), 7);
  // 65,536 of 1 ms take about 65.5 s; the round is found by walking it.
  std::vector<world::Instant> ends;
  world::Instant now{};
  for (std::size_t i = 0; i < Sojourns::kSojournsMax; ++i) {
    now = sojourns.next_edge(now);
    ends.push_back(now);
  }
  const world::Nanos round = world::since_start(ends.back());
  CHECK(round > 63s);
  CHECK(round < 68s);
  CHECK_FALSE(sojourns.down(at(round)));
  CHECK(sojourns.next_edge(at(round)) == ends.front() + round);
  CHECK(sojourns.next_edge(ends[41] + 5 * round) == ends[42] + 5 * round);
  CHECK(sojourns.down(ends[42] + 5 * round));
}

TEST_CASE("wave and chain strike when both do, inside the window", "[schedule]") {
  Fault fault = in_window(100s, at(400s));
  fault.wave = SquareWave{7s, 3s};
  fault.markov = Markov{10s, 10s};
  Rhythm both = rhythm_of(fault);
  Fault only_wave = fault, only_chain = fault;
  only_wave.markov.reset();
  only_chain.wave.reset();
  Rhythm wave = rhythm_of(only_wave), chain = rhythm_of(only_chain);
  int on = 0;
  for (world::Instant t{}; t < at(500s); t += 100ms) {
    const bool expected = wave.on(only_wave, t) && chain.on(only_chain, t);
    REQUIRE(both.on(fault, t) == expected);
    on += expected;
    // Between an instant and its next edge nothing changes.
    const world::Instant edge = both.next_edge(fault, t);
    REQUIRE(edge > t);
    if (edge != world::kNever) REQUIRE(both.on(fault, edge - 1ns) == both.on(fault, t));
  }
  CHECK(on > 100);
}

TEST_CASE("a probability is constant, ramps, or goes in steps", "[schedule]") {
  struct Row {
    Course::Shape shape;
    std::vector<std::uint32_t> ppm;
    std::vector<std::uint32_t> at_0_25_50_75_99_110;  // seconds into a course of 100 s
  };
  using Shape = Course::Shape;
  const Row rows[] = {
      {Shape::constant, {}, {300'000, 300'000, 300'000, 300'000, 300'000, 300'000}},
      {Shape::ramp, {0, 800'000}, {0, 200'000, 400'000, 600'000, 792'000, 800'000}},
      {Shape::ramp, {1'000'000, 0}, {1'000'000, 750'000, 500'000, 250'000, 10'000, 0}},
      {Shape::steps, {80, 40}, {80, 80, 40, 40, 40, 40}},
      {Shape::steps, {80, 40, 10}, {80, 80, 40, 10, 10, 10}},
      {Shape::steps, {7}, {7, 7, 7, 7, 7, 7}},
  };
  for (const Row& row : rows) {
    Fault fault = in_window(1'000s, world::kNever);
    fault.probability_ppm = 300'000;
    fault.course = Course{row.shape, row.ppm, at(1'100s)};
    std::vector<std::uint32_t> found;
    for (const auto second : {0, 25, 50, 75, 99, 110}) {
      found.push_back(probability_at(fault, at(1'000s + second * 1s)));
    }
    CHECK(found == row.at_0_25_50_75_99_110);
  }
}

TEST_CASE("a course of a month does not overflow", "[schedule]") {
  Fault fault;
  fault.course = Course{Course::Shape::ramp, {0, 1'000'000}, at(31 * 24h)};
  CHECK(probability_at(fault, at(31 * 12h)) == 500'000);
  fault.course = Course{Course::Shape::steps, std::vector<std::uint32_t>(1'000, 5), at(31 * 24h)};
  fault.course.ppm.back() = 6;
  CHECK(probability_at(fault, at(31 * 24h - 1ns)) == 6);
}
