// unless_user_leaves: does the work for one request as long as its user stays. A user who leaves,
// gracefully or with a reset, ends the work: it is cancelled, and whatever it holds (a lock, a
// slot, a call to a provider, a reservation) is given back on its way out. One clock.
#pragma once

#include "world/http_server.hpp"
#include "world/scope.hpp"

namespace agent {

// True when the work came to its own end. It has ended in any case.
world::Task<bool> unless_user_leaves(world::Clock& clock, world::HttpServerConnection& connection,
                                     world::Task<void> work);

// Does the work to its end, and sets `left` at the instant when the user leaves.
world::Task<void> noting_who_leaves(world::Clock& clock, world::HttpServerConnection& connection,
                                    world::Task<void> work, bool& left);

}  // namespace agent
