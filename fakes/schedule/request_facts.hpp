// What a fake knows of a request before it answers, and whether it is one that a fault means: by
// what it says (match, attempts) and by who asks (share). Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fakes/schedule/fault.hpp"
#include "world/random.hpp"
#include "world/turn_id.hpp"

namespace fakes {

// The texts must outlive the call only.
struct RequestFacts {
  std::string_view backend;
  std::string_view endpoint;  // the path
  std::string_view model;
  std::optional<world::TurnId> turn;  // the last marker in the prompt; none from a foreign client
  std::string_view user;              // as the request names it; used only when there is no turn id
  std::string_view key;  // the API key; only a keyed hash of it is used, and never shown
  bool stream = false;
  ToolAsk tool = ToolAsk::none;  // what is asked of a tool server
  std::uint32_t attempt = 1;  // how often this turn has reached this backend, counting this time
  std::string_view last_user_message;
  std::uint64_t ordinal = 0;  // counts the backend's requests; used only when there is no turn id
  std::int64_t active = 1;    // requests in flight at the backend, this one among them
};

bool matches(const Fault& fault, const RequestFacts& request);

// Whether who asks belongs to the fault's share: a draw per user, session or key, made with the
// number of the fault's id or fate, so always the same ones. Not who cannot be told.
bool in_share(const Fault& fault, const RequestFacts& request, const world::Random& random,
              std::uint64_t name);

}  // namespace fakes
