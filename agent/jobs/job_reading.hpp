// Reading the tables of the job store, on any connection to its database. What fails throws
// SqliteError. One thread at a time for each connection.
#pragma once

#include "agent/jobs/job_store.hpp"
#include "world/sqlite.hpp"

namespace agent {

std::optional<JobRow> read_job(world::Sqlite& db, const std::string& id);
std::vector<JobRow> list_jobs(world::Sqlite& db, const std::string& owner,
                              const std::string& after, std::size_t limit);
JobStore::Events read_events(world::Sqlite& db, const std::string& id, std::uint64_t from);

// The request that the key stands for; nothing when it stands for none, or for one that was made
// at `since` or before.
std::optional<Created> read_key(world::Sqlite& db, const IdempotencyKey& key, std::int64_t since);

// Those that have not ended and are of another life of the process, oldest first, by their numbers.
std::vector<std::pair<std::int64_t, JobRow>> read_lost(world::Sqlite& db, const std::string& boot);

}  // namespace agent
