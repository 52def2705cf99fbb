#include "harness/plan/arrivals/burst.hpp"

namespace harness {

std::vector<world::Instant> arrivals(const Burst& shape, const ArrivalWindow& window) {
  std::vector<world::Instant> instants;
  const world::Nanos length = window.to - window.from;
  for (world::Nanos at = shape.at; at < length; at += *shape.every) {
    instants.insert(instants.end(), static_cast<std::size_t>(shape.n), window.from + at);
    if (!shape.every) break;
  }
  return instants;
}

}  // namespace harness
