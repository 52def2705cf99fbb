// Every kind of fault, one row each, in the order of the alternatives of FaultAction. `shakedown
// list faults`, the scenario schema and the loader read this table and nothing else.
// A new fault is a file beside this one, an alternative, and a row. Constant data; any thread.
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "fakes/faults/black_hole.hpp"
#include "fakes/faults/cut.hpp"
#include "fakes/faults/dns.hpp"
#include "fakes/faults/hang.hpp"
#include "fakes/faults/rate_limit.hpp"
#include "fakes/faults/refuse.hpp"
#include "fakes/faults/reset.hpp"
#include "fakes/faults/stall.hpp"
#include "fakes/faults/status.hpp"
#include "fakes/faults/tls.hpp"

namespace fakes {

using FaultAction =
    std::variant<Refuse, BlackHole, Status, Hang, Reset, Stall, Cut, RateLimit, Dns, Tls>;

// Where a fault strikes. A connection fault is decided before any request is read, so it cannot
// match on users, models or texts.
enum class FaultLayer { connection, http, stream, provider };
std::string_view to_text(FaultLayer layer);

struct FaultKind {
  std::string_view name;  // the YAML key
  std::string_view doc;   // one line
  FaultLayer layer;
  bool in_sim;       // can fire in virtual time
  bool in_live;      // can fire on real sockets
  bool on_plain;     // can fire on an answer that is not streamed
  bool on_streamed;  // can fire on a stream
};

extern const std::array<FaultKind, std::variant_size_v<FaultAction>> kFaultKinds;

const FaultKind& kind_of(const FaultAction& action);

}  // namespace fakes
