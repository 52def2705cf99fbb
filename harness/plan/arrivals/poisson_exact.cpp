#include "harness/plan/arrivals/poisson_exact.hpp"

#include <algorithm>

namespace harness {

std::vector<world::Instant> arrivals(const PoissonExact& shape, const ArrivalWindow& window) {
  std::vector<world::Instant> instants;
  const auto length = static_cast<std::uint64_t>((window.to - window.from).count());
  instants.reserve(static_cast<std::size_t>(shape.n));
  for (std::int64_t k = 0; k < shape.n; ++k) {
    const std::uint64_t ns = window.random.below(length, world::Purpose("poisson exact"),
                                                 window.entity, static_cast<std::uint64_t>(k));
    instants.push_back(window.from + world::Nanos(static_cast<std::int64_t>(ns)));
  }
  std::sort(instants.begin(), instants.end());
  return instants;
}

}  // namespace harness
