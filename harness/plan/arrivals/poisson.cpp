#include "harness/plan/arrivals/poisson.hpp"

#include "world/distribution.hpp"

namespace harness {

std::vector<world::Instant> arrivals(const Poisson& shape, const ArrivalWindow& window) {
  std::vector<world::Instant> instants;
  if (shape.rate.micro_hz <= 0) return instants;
  const auto gap = world::Distribution::exponential(1'000'000'000'000'000 / shape.rate.micro_hz);
  world::Instant t = window.from;
  for (std::uint64_t k = 0;; ++k) {
    const std::int64_t ns =
        gap.sample(window.random.bits(world::Purpose("poisson gap"), window.entity, k));
    if (ns >= (window.to - t).count()) return instants;
    t += world::Nanos(ns);
    instants.push_back(t);
  }
}

}  // namespace harness
