// Finds the marks of turns in texts, `[turn u17.s2.t5]` and `[reply u17.s2.t5]`, one after the
// other and without allocating: oracles read every answer. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "world/turn_id.hpp"

namespace harness {

struct TurnMark {
  world::TurnId turn;
  bool is_reply = false;
  std::string_view text;  // as it stands there
};

// The first mark at or behind `from`, which then is the place behind it. Anything that only looks
// like one is skipped.
std::optional<TurnMark> next_mark(std::string_view text, std::size_t& from);

}  // namespace harness
