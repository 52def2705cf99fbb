// Every shape of arrivals, one row each, in the order of the alternatives of Arrivals. `shakedown
// list`, the scenario schema and the loader read this table. Constant data; any thread.
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "harness/plan/arrivals/burst.hpp"
#include "harness/plan/arrivals/closed.hpp"
#include "harness/plan/arrivals/constant.hpp"
#include "harness/plan/arrivals/poisson.hpp"
#include "harness/plan/arrivals/poisson_exact.hpp"
#include "harness/plan/arrivals/ramp.hpp"
#include "harness/plan/arrivals/recorded.hpp"

namespace harness {

using Arrivals = std::variant<Constant, Poisson, PoissonExact, Ramp, Burst, Closed, Recorded>;

struct ArrivalKind {
  std::string_view name;     // the YAML key
  std::string_view doc;      // one line
  std::string_view example;  // as written in a scenario
  bool open_loop;            // instants are known before the run
};

extern const std::array<ArrivalKind, std::variant_size_v<Arrivals>> kArrivalKinds;

const ArrivalKind& kind_of(const Arrivals& shape);

// An upper bound of the number of arrivals in a window of this length (exact up to chance), for
// refusing a plan that would not fit in memory. Closed loops: 0.
std::int64_t arrivals_estimate(const Arrivals& shape, world::Nanos length);

}  // namespace harness
