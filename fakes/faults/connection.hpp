// When the faults of connections strike: each kind at one moment in a connection's life. The port
// asks at these moments, and so a fault is counted when it has its effect. Pure; any thread.
#pragma once

#include <cstdint>

#include "fakes/faults/table.hpp"

namespace fakes {

enum class Moment : std::uint8_t {
  accepted,  // the connection has come
  idle,      // nothing was asked for a while
  reading,   // the first bytes of a request are there
  expect,    // a request waits for "100 Continue"
  request,   // a request was read
};

struct ConnectionFacts {
  Moment moment = Moment::accepted;
  std::uint64_t requests = 0;  // that have come on it, with the present one
  world::Nanos idle{0};        // since the last answer
  std::int64_t others = 0;     // requests in flight at the backend, this one aside
};

// Whether a fault of this kind, and with these parameters, strikes now.
bool strikes_now(const FaultAction& action, const ConnectionFacts& facts);

}  // namespace fakes
