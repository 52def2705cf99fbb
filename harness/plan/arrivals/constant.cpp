#include "harness/plan/arrivals/constant.hpp"

namespace harness {

__extension__ typedef __int128 Wide;

std::vector<world::Instant> arrivals(const Constant& shape, const ArrivalWindow& window) {
  std::vector<world::Instant> instants;
  if (shape.rate.micro_hz <= 0) return instants;
  const Wide length = (window.to - window.from).count();
  for (std::int64_t k = 0;; ++k) {
    // (k + 1/2) / rate in ns: 1e15 / uHz is the distance.
    const Wide at = (2 * static_cast<Wide>(k) + 1) * 500'000'000'000'000 / shape.rate.micro_hz;
    if (at >= length) return instants;
    instants.push_back(window.from + world::Nanos(static_cast<std::int64_t>(at)));
  }
}

}  // namespace harness
