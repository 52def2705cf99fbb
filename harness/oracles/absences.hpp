// Absences: the instants at which the bundled agent's process went away, killed or told to end, for
// oracles that must not take for a fault what an absence explains. One thread.
#pragma once

#include <algorithm>
#include <vector>

#include "harness/scenario/agent_fault.hpp"

namespace harness {

class Absences {
 public:
  static constexpr std::size_t kKeptMax = 10'000;  // the last ones

  void take(const AgentLife& life) {
    const bool leaves = life.event == AgentLife::Event::killed ||
                        life.event == AgentLife::Event::told_to_end ||
                        life.event == AgentLife::Event::ended;
    if (!leaves) return;
    if (at_.size() == kKeptMax) at_.erase(at_.begin());
    at_.push_back(life.at);
  }

  // In [from, to].
  bool any_between(world::Instant from, world::Instant to) const {
    const auto first = std::lower_bound(at_.begin(), at_.end(), from);
    return first != at_.end() && *first <= to;
  }

 private:
  std::vector<world::Instant> at_;  // in order of time
};

}  // namespace harness
