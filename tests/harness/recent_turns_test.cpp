// The table of recent turns against a plain map, and its memory.
#include "harness/oracles/recent_turns.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "harness/oracles/prompt_facts.hpp"
#include "world/random.hpp"

using namespace harness;
using namespace std::chrono_literals;

namespace {
world::TurnId turn(std::uint64_t n) { return {static_cast<std::uint32_t>(n), 0, 7}; }
}  // namespace

TEST_CASE("recent turns: the same as a map, whatever comes and goes", "[oracle]") {
  const world::Random random(GENERATE(1u, 2u, 3u));
  RecentTurns<int> turns(10s);
  std::map<std::uint64_t, std::pair<int, world::Instant>> expected;  // value, last touched
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    const world::Instant now = world::at(10ms * static_cast<std::int64_t>(step));
    const std::uint64_t n = random.bits(world::Purpose("turn"), step, 0) % 3'000;
    turns.touch(turn(n), now) = static_cast<int>(step);
    expected[n] = {static_cast<int>(step), now};
    turns.forget(
        now, [](int) { return false; },
        [&](world::TurnId id, int value) {
          REQUIRE(expected.count(id.user) == 1);
          CHECK(expected[id.user].first == value);
          CHECK(expected[id.user].second + 10s < now);
          expected.erase(id.user);
        });
    const std::uint64_t other = random.bits(world::Purpose("turn"), step, 1) % 3'000;
    const int* found = turns.find(turn(other));
    REQUIRE((found != nullptr) == (expected.count(other) == 1));
    if (found != nullptr) CHECK(*found == expected[other].first);
  }
  CHECK(turns.size() == expected.size());
  std::vector<world::TurnId> parted;
  turns.forget_all([&](world::TurnId id, int) { parted.push_back(id); });
  CHECK(parted.size() == expected.size());
  CHECK(std::is_sorted(parted.begin(), parted.end()));
  CHECK(turns.size() == 0);
}

TEST_CASE("recent turns: what is held stays, what is not leaves", "[oracle]") {
  RecentTurns<bool> turns(10s);
  turns.touch(turn(1), world::at(0s)) = true;
  turns.touch(turn(2), world::at(0s)) = false;
  int parted = 0;
  const auto forget = [&](world::Nanos now) {
    turns.forget(world::at(now), [](bool held) { return held; },
                 [&](world::TurnId, bool) { ++parted; });
  };
  forget(10s);
  CHECK(parted == 0);
  forget(11s);
  CHECK(parted == 1);
  for (world::Nanos now = 12s; now < 1h; now += 1s) forget(now);
  CHECK(turns.find(turn(1)) != nullptr);
  *turns.find(turn(1)) = false;
  forget(1h + 30s);
  CHECK(turns.size() == 0);
}

TEST_CASE("recent turns: memory follows the rate, not the run", "[oracle]") {
  RecentTurns<int> turns(10s);
  std::size_t most = 0;
  for (std::uint64_t n = 0; n < 200'000; ++n) {
    const world::Instant now = world::at(10ms * static_cast<std::int64_t>(n));
    turns.touch(turn(n), now);
    turns.forget(now);
    most = std::max(most, turns.size());
  }
  CHECK(most <= 1'002);
}

TEST_CASE("a request's id in the ledger is a turn, or is not", "[oracle]") {
  struct Row {
    const char* text;
    bool is_turn;
  };
  for (const Row& row : {Row{"u17.s2.t5", true}, Row{"u0.s0.t0", true}, Row{"", false},
                         Row{"u17.s2", false}, Row{"u17.s2.t5x", false}, Row{"u17.s2.t", false},
                         Row{"u-1.s2.t5", false}, Row{"u99999999999.s0.t0", false},
                         Row{"4f1c9a", false}}) {
    CAPTURE(row.text);
    const auto id = read_turn(row.text);
    CHECK(id.has_value() == row.is_turn);
    if (id) CHECK(world::to_text(*id) == row.text);
  }
}
