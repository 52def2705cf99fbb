// The markers in a prompt: which user turns it holds (`[turn u17.s2.t5]`) and which replies of ours
// (`[reply u17.s2.t5]`, the canary of the turn that was answered), in order and with the role of
// the message that carries them. This is how a fake reads the agent's conversation state. Pure
// functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "world/turn_id.hpp"

namespace fakes {

enum class Role : std::uint8_t { system, user, assistant, tool };

struct Marker {
  Role role = Role::user;
  bool is_reply = false;
  world::TurnId turn;
  friend bool operator==(const Marker&, const Marker&) = default;
};

// Appends the markers in a message's content, which may still be JSON text: no marker needs
// escapes.
void append_markers(std::vector<Marker>& markers, Role role, std::string_view content);

// "[reply u17.s2.t5]", what every answer to that turn begins with.
std::string canary(world::TurnId turn);

}  // namespace fakes
