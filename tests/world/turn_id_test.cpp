#include "world/turn_id.hpp"

#include <catch2/catch.hpp>
#include <set>

using world::TurnId;

TEST_CASE("a marker is found in the text that carries it", "[turn_id]") {
  const TurnId id{17, 2, 5};
  CHECK(world::marker(id) == "[turn u17.s2.t5]");
  CHECK(world::turn_ids_in("user: " + world::marker(id) + " Hello") == std::vector<TurnId>{id});
}

TEST_CASE("turn ids are read in order, and only whole ones", "[turn_id]") {
  struct Row {
    const char* text;
    std::vector<TurnId> ids;
  };
  const Row rows[] = {
      {"", {}},
      {"no marker", {}},
      {"[turn u0.s0.t0]", {{0, 0, 0}}},
      {"[turn u1.s0.t0] a [turn u1.s0.t1] b [turn u1.s0.t0]", {{1, 0, 0}, {1, 0, 1}, {1, 0, 0}}},
      {"[turn u1.s0.t0", {}},
      {"[turn u1.s0.t0 ]", {}},
      {"[turn u1.s0]", {}},
      {"[turn u-1.s0.t0]", {}},
      {"[turn u+1.s0.t0]", {}},
      {"[turn u01.s0.t0]", {}},
      {"[turn u4294967295.s0.t0]", {{4294967295u, 0, 0}}},
      {"[turn u4294967296.s0.t0]", {}},
      {"[turn u[turn u3.s4.t5]", {{3, 4, 5}}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(world::turn_ids_in(row.text) == row.ids);
    const auto last = world::last_turn_id(row.text);
    CHECK(last.has_value() == !row.ids.empty());
    if (last) CHECK(*last == row.ids.back());
  }
}

TEST_CASE("the keys of nearby turns differ", "[turn_id]") {
  std::set<std::uint64_t> keys;
  for (std::uint32_t u = 0; u < 20; ++u) {
    for (std::uint32_t s = 0; s < 20; ++s) {
      for (std::uint32_t t = 0; t < 20; ++t) keys.insert(TurnId{u, s, t}.key());
    }
  }
  CHECK(keys.size() == 8'000);
}
