#include "world/wall_step.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/scratch_file.hpp"
#include "world/real_clock.hpp"

using namespace std::chrono_literals;

TEST_CASE("wall step: two see the same, and it outlives both", "[wall_step]") {
  const support::ScratchFile scratch;
  const std::string& file = scratch.path;
  {
    world::WallStep one(file);
    world::WallStep other(file);
    CHECK(other.get() == 0ns);
    one.add(6h);
    CHECK(other.get() == 6h);
    other.add(-7h);
    CHECK(one.get() == -1h);
  }
  CHECK(world::WallStep(file).get() == -1h);
}

TEST_CASE("wall step: a clock shows it, and goes on as before", "[wall_step]") {
  const support::ScratchFile scratch;
  world::WallStep step(scratch.path);
  world::RealClockOptions options;
  options.wall_step = &step;
  const world::RealClock clock(options);
  const std::int64_t machine = world::RealClock::read_all().wall;
  const world::Instant from = clock.now();
  step.add(24h);
  CHECK(clock.unix_nanos() - machine >= world::Nanos(24h).count());
  CHECK(clock.unix_nanos() - machine < world::Nanos(25h).count());
  CHECK(clock.now() - from < 1h);
}

TEST_CASE("wall step: what is no such file is named", "[wall_step]") {
  const support::ScratchFile scratch;
  const std::string& file = scratch.path;
  std::ofstream(file) << "something else";
  CHECK_THROWS_WITH(world::WallStep(file), Catch::Contains(file) && Catch::Contains("size"));
  CHECK_THROWS_WITH(world::WallStep(scratch.path + "/no/such/folder"), Catch::Contains("no/such"));
}
