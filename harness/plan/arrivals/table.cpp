#include "harness/plan/arrivals/table.hpp"

namespace harness {
namespace {

__extension__ typedef __int128 Wide;

// rate (1e-6/s) x length (1e-9 s), saturated.
std::int64_t count_of(world::Rate rate, world::Nanos length) {
  const Wide n = static_cast<Wide>(rate.micro_hz) * length.count() / 1'000'000'000'000'000;
  return n > kArrivalsMax ? kArrivalsMax + 1 : static_cast<std::int64_t>(n);
}

struct Estimate {
  world::Nanos length;
  std::int64_t operator()(const Constant& s) const { return count_of(s.rate, length); }
  std::int64_t operator()(const Poisson& s) const { return count_of(s.rate, length); }
  std::int64_t operator()(const PoissonExact& s) const { return s.n; }
  std::int64_t operator()(const Ramp& s) const {
    world::Rate highest = s.from;
    for (const RampStep& step : s.steps) highest = std::max(highest, step.to);
    return count_of(highest, length);
  }
  std::int64_t operator()(const Burst& s) const {
    if (!s.every) return s.n;
    const Wide n = static_cast<Wide>(length.count() / s.every->count() + 1) * s.n;
    return n > kArrivalsMax ? kArrivalsMax + 1 : static_cast<std::int64_t>(n);
  }
  std::int64_t operator()(const Closed&) const { return 0; }
  std::int64_t operator()(const Recorded&) const { return 0; }  // bounded by its reader
};

}  // namespace

// clang-format off
const std::array<ArrivalKind, std::variant_size_v<Arrivals>> kArrivalKinds = {{
  {"constant", "Equal distances.",
   "constant(10/s)", true},
  {"poisson", "Independent arrivals at a mean rate.",
   "poisson(5/s)", true},
  {"poisson_exact", "Independent arrivals, an exact number of them.",
   "poisson_exact(n=300)", true},
  {"ramp", "A piecewise linear rate, exact integral.",
   "{ramp: [{to: 10/s, over: 60s}]}", true},
  {"burst", "Many at one instant, once or repeatedly.",
   "burst(n=50, at=30s, every=60s)", true},
  {"closed", "Each user thinks after each answer.",
   "closed(think=lognormal(p50=5s, p99=60s))", false},
  {"trace", "Instants and lengths of a recorded trace.",
   "{trace: traces/azure_code.csv, format: azure-llm}", true},
}};
// clang-format on

const ArrivalKind& kind_of(const Arrivals& shape) { return kArrivalKinds[shape.index()]; }

std::int64_t arrivals_estimate(const Arrivals& shape, world::Nanos length) {
  return std::visit(Estimate{length}, shape);
}

}  // namespace harness
