// open_store: the job store that the configuration asks for. Blocks while a database is opened;
// throws std::runtime_error when it cannot be used.
#pragma once

#include "agent/jobs/sqlite_jobs.hpp"

namespace agent {

std::unique_ptr<JobStore> open_store(world::Clock& clock, const StoreConfig& config,
                                     const NewWorker& new_worker, Defect defect = Defect::none);

}  // namespace agent
