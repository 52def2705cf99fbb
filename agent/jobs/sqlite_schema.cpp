#include "agent/jobs/sqlite_schema.hpp"

#include <array>
#include <stdexcept>

namespace agent {

using world::Sqlite;

namespace {

// Bodies stand apart, so that a heartbeat does not write them anew. `number` orders jobs as they
// were made; events_end: of a job that has ended, no events from there on.
constexpr const char* kFirst = R"(
CREATE TABLE jobs (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  request_id TEXT NOT NULL,
  api TEXT NOT NULL,
  state INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  boot TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL,
  background INTEGER NOT NULL,
  promised INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL,
  began_effects INTEGER NOT NULL,
  expired INTEGER NOT NULL DEFAULT 0,
  events_held INTEGER NOT NULL DEFAULT 0,
  event_bytes INTEGER NOT NULL DEFAULT 0,
  events_end INTEGER NOT NULL DEFAULT 9223372036854775807,
  result TEXT NOT NULL
);
CREATE INDEX jobs_of_owner ON jobs (owner, number);
CREATE INDEX jobs_open ON jobs (number) WHERE state < 2;
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE state >= 2 AND expired = 0;
CREATE INDEX jobs_unpromised ON jobs (ended_at, number)
  WHERE state >= 2 AND expired = 0 AND promised = 0;
CREATE INDEX jobs_expired ON jobs (ended_at) WHERE expired = 1;
CREATE TABLE bodies (
  job INTEGER PRIMARY KEY REFERENCES jobs (number) ON DELETE CASCADE,
  body TEXT NOT NULL
);
CREATE TABLE events (
  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (job, number)
) WITHOUT ROWID;
CREATE TABLE keys (
  owner TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
  PRIMARY KEY (owner, key)
) WITHOUT ROWID;
CREATE INDEX keys_of_job ON keys (job);
CREATE TABLE used (
  key TEXT NOT NULL,
  day INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (key, day)
) WITHOUT ROWID;
)";

// A job that goes on from a history: that is in memory, and gone with the process.
constexpr const char* kFollows =
    "ALTER TABLE jobs ADD COLUMN follows INTEGER NOT NULL DEFAULT 0;";

constexpr std::array<const char*, 2> kMigrations = {kFirst, kFollows};

constexpr std::int64_t kApplication = 0x5368446A;  // "ShDj", in the header of the file

std::int64_t number_of(Sqlite& db, std::string_view sql) {
  auto query = db.query(sql);
  return query.step() ? query.integer(0) : 0;
}

void check_owner(Sqlite& db, std::int64_t version) {
  const std::int64_t application = number_of(db, "PRAGMA application_id");
  const bool is_new = version == 0 && application == 0 &&
                      number_of(db, "SELECT count(*) FROM sqlite_master") == 0;
  if (!is_new && application != kApplication) {
    throw std::runtime_error("is a database of another program");
  }
  if (version > schema_version()) {
    throw std::runtime_error("was written by a later version of this program (schema " +
                             std::to_string(version) + ", known are those up to " +
                             std::to_string(schema_version()) + ")");
  }
}

void migrate(Sqlite& db) {
  db.execute("BEGIN IMMEDIATE");
  const std::int64_t version = number_of(db, "PRAGMA user_version");
  check_owner(db, version);
  for (auto i = static_cast<std::size_t>(version); i < kMigrations.size(); ++i) {
    db.execute(kMigrations[i]);
  }
  db.execute(("PRAGMA application_id = " + std::to_string(kApplication)).c_str());
  db.execute(("PRAGMA user_version = " + std::to_string(schema_version())).c_str());
  db.execute("COMMIT");
}

}  // namespace

std::int64_t schema_version() { return static_cast<std::int64_t>(kMigrations.size()); }

void prepare_database(Sqlite& db, std::int64_t bytes_max) {
  check_owner(db, number_of(db, "PRAGMA user_version"));  // before anything is changed
  db.execute("PRAGMA journal_mode = WAL");
  db.execute("PRAGMA synchronous = FULL");  // NORMAL may lose what was acknowledged
  db.execute("PRAGMA foreign_keys = ON");
  db.execute("PRAGMA journal_size_limit = 67108864");
  db.execute(("PRAGMA max_page_count = " + std::to_string(bytes_max / kPageBytes)).c_str());
  migrate(db);
}

}  // namespace agent
