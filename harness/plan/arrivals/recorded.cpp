#include "harness/plan/arrivals/recorded.hpp"

namespace harness {

std::vector<world::Instant> arrivals(const Recorded&, const ArrivalWindow& window,
                                     const std::vector<TraceRow>& rows) {
  std::vector<world::Instant> instants;
  instants.reserve(rows.size());
  for (const TraceRow& row : rows) instants.push_back(window.from + row.at);
  return instants;
}

}  // namespace harness
