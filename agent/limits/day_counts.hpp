// DayCounts: a counter of each key and day that outlives the process: what daily quotas are kept
// in. MemoryDayCounts is for those that need not; StoredDayCounts (stored_day_counts.hpp) keeps
// them in the store of jobs. One clock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "world/task.hpp"

namespace agent {

class DayCounts {
 public:
  virtual ~DayCounts() = default;
  // Adds to the counter and says how much it is now, once that is durable. Nothing: it could not be
  // kept, and nothing was added.
  virtual world::Task<std::optional<std::int64_t>> add_used(std::string key, std::int64_t day,
                                                            std::int64_t amount) = 0;
};

class MemoryDayCounts final : public DayCounts {
 public:
  world::Task<std::optional<std::int64_t>> add_used(std::string key, std::int64_t day,
                                                    std::int64_t amount) override {
    // Of other days than the last two nothing can be asked any more: clocks do not go back so far.
    while (!counts_.empty() && counts_.begin()->first.first + 1 < day) {
      counts_.erase(counts_.begin());
    }
    std::int64_t& count = counts_[{day, std::move(key)}];
    count += amount;
    co_return std::optional<std::int64_t>(count);
  }

 private:
  std::map<std::pair<std::int64_t, std::string>, std::int64_t> counts_;
};

}  // namespace agent
