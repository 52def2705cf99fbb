// StoredDayCounts: daily counters in the store of jobs, as durable as that is. One clock; the store
// must outlive it.
#pragma once

#include "agent/jobs/job_store.hpp"
#include "agent/limits/day_counts.hpp"

namespace agent {

class StoredDayCounts final : public DayCounts {
 public:
  explicit StoredDayCounts(JobStore& store) : store_(store) {}

  world::Task<std::optional<std::int64_t>> add_used(std::string key, std::int64_t day,
                                                    std::int64_t amount) override {
    world::Task<StoreResult<std::int64_t>> adding = store_.add_used(std::move(key), day, amount);
    const StoreResult<std::int64_t> used = co_await std::move(adding);
    std::optional<std::int64_t> known;
    if (used) known = *used;
    co_return known;
  }

 private:
  JobStore& store_;
};

}  // namespace agent
