// The identity of one user turn, carried inside its text as `[turn u17.s2.t5]`. Every prompt that
// reaches a fake is so a read of the agent's conversation state: which turns, in which order.
// Pure functions; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace world {

struct TurnId {
  std::uint32_t user = 0;
  std::uint32_t session = 0;  // counts the sessions of this user
  std::uint32_t turn = 0;     // counts the turns of this session

  friend constexpr auto operator<=>(const TurnId&, const TurnId&) = default;

  // One stable number per turn, for keyed draws.
  std::uint64_t key() const;
};

std::string to_text(TurnId id);  // "u17.s2.t5"
std::string marker(TurnId id);   // "[turn u17.s2.t5]"

// The markers in a text, in order of appearance. Anything that only looks like one is skipped.
std::vector<TurnId> turn_ids_in(std::string_view text);

// The last marker in a text: in a prompt, the turn that asks.
std::optional<TurnId> last_turn_id(std::string_view text);

}  // namespace world
