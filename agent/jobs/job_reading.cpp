#include "agent/jobs/job_reading.hpp"

namespace agent {

using world::Sqlite;

namespace {

// What row_of() reads, in its order.
#define SELECT_JOB                                                                          \
  "SELECT jobs.number, id, owner, request_id, api, state, attempt, boot, created_at, "      \
  "ended_at, heartbeat_at, background, cancel_requested, began_effects, expired, follows, " \
  "result, "

constexpr std::string_view kReadById =
    SELECT_JOB "body FROM jobs LEFT JOIN bodies ON job = jobs.number WHERE id = ?1";
constexpr std::string_view kReadByNumber =
    SELECT_JOB "body FROM jobs LEFT JOIN bodies ON job = jobs.number WHERE jobs.number = ?1";
constexpr std::string_view kReadLost =
    SELECT_JOB "body FROM jobs LEFT JOIN bodies ON job = jobs.number "
               "WHERE state < 2 AND boot <> ?1 ORDER BY jobs.number";
constexpr std::string_view kList =
    SELECT_JOB "'' FROM jobs WHERE owner = ?1 AND jobs.number < ?2 AND expired = 0 "
               "ORDER BY jobs.number DESC LIMIT ?3";
#undef SELECT_JOB

JobRow row_of(const Sqlite::Query& q) {
  JobRow row;
  row.id = q.text(1);
  row.owner = q.text(2);
  row.request_id = q.text(3);
  row.api = q.text(4);
  row.state = static_cast<JobState>(q.integer(5));
  row.attempt = q.integer(6);
  row.boot = q.text(7);
  row.created_at = q.integer(8);
  row.ended_at = q.integer(9);
  row.heartbeat_at = q.integer(10);
  row.background = q.integer(11) != 0;
  row.cancel_requested = q.integer(12) != 0;
  row.began_effects = q.integer(13) != 0;
  row.expired = q.integer(14) != 0;
  row.follows = q.integer(15) != 0;
  row.result = q.text(16);
  row.body = q.text(17);
  return row;
}

}  // namespace

std::optional<JobRow> read_job(Sqlite& db, const std::string& id) {
  auto query = db.query(kReadById);
  if (!query.bind(id).step()) return std::nullopt;
  return row_of(query);
}

std::vector<JobRow> list_jobs(Sqlite& db, const std::string& owner, const std::string& after,
                              std::size_t limit) {
  std::int64_t before = INT64_MAX;
  if (!after.empty()) {
    auto of = db.query("SELECT number FROM jobs WHERE id = ?1 AND owner = ?2");
    before = of.bind(after).bind(owner).step() ? of.integer(0) : INT64_MIN;
  }
  std::vector<JobRow> rows;
  auto query = db.query(kList);
  query.bind(owner).bind(before).bind(static_cast<std::int64_t>(limit));
  while (query.step()) rows.push_back(row_of(query));
  return rows;
}

JobStore::Events read_events(Sqlite& db, const std::string& id, std::uint64_t from) {
  JobStore::Events events;
  auto query = db.query(
      "SELECT events.number, event FROM events JOIN jobs ON job = jobs.number "
      "WHERE id = ?1 AND events.number >= ?2 ORDER BY events.number");
  query.bind(id).bind(static_cast<std::int64_t>(from));
  while (query.step()) {
    events.emplace_back(static_cast<std::uint64_t>(query.integer(0)), query.text(1));
  }
  return events;
}

std::optional<Created> read_key(Sqlite& db, const IdempotencyKey& key, std::int64_t since) {
  auto query = db.query(
      "SELECT fingerprint, job FROM keys WHERE owner = ?1 AND key = ?2 AND created_at > ?3");
  if (!query.bind(key.owner).bind(key.key).bind(since).step()) return std::nullopt;
  auto job = db.query(kReadByNumber);
  job.bind(query.integer(1)).step();
  Created earlier;
  earlier.how = query.text(0) == key.fingerprint ? Created::How::replayed : Created::How::conflict;
  earlier.row = row_of(job);
  return earlier;
}

std::vector<std::pair<std::int64_t, JobRow>> read_lost(Sqlite& db, const std::string& boot) {
  std::vector<std::pair<std::int64_t, JobRow>> lost;
  auto query = db.query(kReadLost);
  query.bind(boot);
  while (query.step()) lost.emplace_back(query.integer(0), row_of(query));
  return lost;
}

}  // namespace agent
