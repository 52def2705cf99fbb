// The tables of the job store, as a list of migrations: version N of a database has had the first
// N. A migration is never changed once it is out. Any thread.
#pragma once

#include "world/sqlite.hpp"

namespace agent {

inline constexpr std::int64_t kPageBytes = 4'096;

// Makes the connection a durable one (WAL, every commit synced) and brings the database up to date.
// Throws std::runtime_error when it is not ours, or of a later version of this program.
void prepare_database(world::Sqlite& db, std::int64_t bytes_max);

std::int64_t schema_version();

}  // namespace agent
