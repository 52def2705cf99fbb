#include "agent/jobs/open_store.hpp"

#include "agent/jobs/memory_jobs.hpp"

namespace agent {

std::unique_ptr<JobStore> open_store(world::Clock& clock, const StoreConfig& config,
                                     const NewWorker& new_worker, Defect defect) {
  if (config.kind == StoreKind::memory) return std::make_unique<MemoryJobs>(config, defect);
  return std::make_unique<SqliteJobs>(clock, config, new_worker, defect);
}

}  // namespace agent
