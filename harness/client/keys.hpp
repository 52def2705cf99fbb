// Which turns of a class have an Idempotency-Key, and how their copies are sent: keyed draws, so
// that every client of a run says the same of a turn. Pure; any thread.
#pragma once

#include <string>

#include "harness/scenario/load_class.hpp"
#include "world/random.hpp"
#include "world/turn_id.hpp"

namespace harness {

bool has_key(const LoadClass& load_class, world::Random random, world::TurnId turn);

// "7f3a...-u17.s2.t5": one for each turn, another in each run of another seed; empty: it has none.
std::string key_of(const LoadClass& load_class, world::Random random, world::TurnId turn);

// Its copies go out at once with it; otherwise one after the other, behind its end.
bool copies_at_once(world::Random random, world::TurnId turn);

}  // namespace harness
