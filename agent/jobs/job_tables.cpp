#include "agent/jobs/job_tables.hpp"

#include "agent/jobs/recovery.hpp"
#include "agent/jobs/sqlite_schema.hpp"

namespace agent {

using world::Sqlite;

namespace {

constexpr std::int64_t kEventsEndless = INT64_MAX;

// What row_of() reads, in its order.
#define SELECT_JOB                                                                          \
  "SELECT jobs.number, id, owner, request_id, api, state, attempt, boot, created_at, "      \
  "ended_at, heartbeat_at, background, cancel_requested, began_effects, expired, result, "

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
  row.result = q.text(15);
  row.body = q.text(16);
  return row;
}

std::int64_t number_of(JobState state) { return static_cast<std::int64_t>(state); }

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

JobTables::JobTables(const std::string& path, StoreConfig config, Defect defect)
    : db_(path, {config.busy_timeout, false}), config_(std::move(config)), defect_(defect) {
  prepare_database(db_, config_.bytes_max);
  recount();
}

void JobTables::recount() {
  auto jobs = db_.query("SELECT count(*) FROM jobs WHERE expired = 0");
  if (jobs.step()) jobs_ = jobs.integer(0);
  auto counters = db_.query("SELECT count(*) FROM used");
  if (counters.step()) counters_ = counters.integer(0);
}

Created JobTables::create(const JobRow& row, const std::optional<IdempotencyKey>& key) {
  if (key) {
    std::optional<Created> earlier = find_key(*key, row.created_at);
    if (earlier) return std::move(*earlier);
  }
  make_room();
  insert(row, key);
  Created created;
  created.row = row;
  return created;
}

// The request that the key stands for; nothing when it stands for none, or for one too long ago.
std::optional<Created> JobTables::find_key(const IdempotencyKey& key, std::int64_t created_at) {
  auto query = db_.query(
      "SELECT fingerprint, job, created_at FROM keys WHERE owner = ?1 AND key = ?2");
  if (!query.bind(key.owner).bind(key.key).step()) return std::nullopt;
  if (query.integer(2) <= created_at - config_.ttl.count()) {
    db_.query("DELETE FROM keys WHERE owner = ?1 AND key = ?2").bind(key.owner).bind(key.key).run();
    return std::nullopt;
  }
  auto job = db_.query(kReadByNumber);
  job.bind(query.integer(1)).step();
  Created earlier;
  earlier.how = query.text(0) == key.fingerprint ? Created::How::replayed : Created::How::conflict;
  earlier.row = row_of(job);
  return earlier;
}

// Turns out what was promised to nobody, oldest first.
void JobTables::make_room() {
  while (jobs_ >= config_.jobs_max) {
    db_.query(
           "DELETE FROM jobs WHERE number = (SELECT number FROM jobs WHERE state >= 2 "
           "AND expired = 0 AND promised = 0 ORDER BY ended_at, number LIMIT 1)")
        .run();
    if (db_.changes() == 0) throw StoreFull{};
    --jobs_;
  }
}

void JobTables::insert(const JobRow& row, const std::optional<IdempotencyKey>& key) {
  db_.query(
         "INSERT INTO jobs (id, owner, request_id, api, state, attempt, boot, created_at, ended_at,"
         " heartbeat_at, background, promised, cancel_requested, began_effects, result)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)")
      .bind(row.id)
      .bind(row.owner)
      .bind(row.request_id)
      .bind(row.api)
      .bind(number_of(row.state))
      .bind(row.attempt)
      .bind(row.boot)
      .bind(row.created_at)
      .bind(row.ended_at)
      .bind(row.heartbeat_at)
      .bind(std::int64_t{row.background})
      .bind(std::int64_t{row.background || key})
      .bind(std::int64_t{row.cancel_requested})
      .bind(std::int64_t{row.began_effects})
      .bind(row.result)
      .run();
  const std::int64_t job = db_.last_row();
  db_.query("INSERT INTO bodies (job, body) VALUES (?1, ?2)").bind(job).bind(row.body).run();
  ++jobs_;
  if (!key) return;
  db_.query(
         "INSERT INTO keys (owner, key, fingerprint, created_at, job) "
         "VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(key->owner)
      .bind(key->key)
      .bind(key->fingerprint)
      .bind(row.created_at)
      .bind(job)
      .run();
}

// The row count decides every race: of several ends exactly one finds the job open.
bool JobTables::advance(const JobStore::Change& change) {
  constexpr std::string_view kOpen =
      "UPDATE jobs SET state = ?3, heartbeat_at = ?4, began_effects = began_effects OR ?5,"
      " ended_at = ?6, result = CASE ?7 WHEN '' THEN result ELSE ?7 END"
      " WHERE id = ?1 AND attempt = ?2 AND expired = 0 AND state IN (0, 1) RETURNING number";
  constexpr std::string_view kAnyState =
      "UPDATE jobs SET state = ?3, heartbeat_at = ?4, began_effects = began_effects OR ?5,"
      " ended_at = ?6, result = CASE ?7 WHEN '' THEN result ELSE ?7 END"
      " WHERE id = ?1 AND attempt = ?2 AND expired = 0 RETURNING number";
  const bool ends = is_terminal(change.state);
  std::int64_t job = 0;
  {
    auto update = db_.query(defect_ == Defect::late_result_overwrites ? kAnyState : kOpen);
    update.bind(change.id)
        .bind(change.attempt)
        .bind(number_of(change.state))
        .bind(change.at)
        .bind(std::int64_t{change.began_effects})
        .bind(ends ? change.at : 0)
        .bind(change.result);
    if (!update.step()) return false;
    job = update.integer(0);
    update.run();
  }
  add_events(job, change.events, ends);
  // A defect: every fourth job is gone once it has ended.
  if (ends && defect_ == Defect::forgets_jobs && ++ends_ % 4 == 0) remove(change.id);
  return true;
}

void JobTables::request_cancel(const std::string& id) {
  db_.query("UPDATE jobs SET cancel_requested = 1 WHERE id = ?1 AND state IN (0, 1)")
      .bind(id)
      .run();
}

void JobTables::heartbeat(const std::vector<std::string>& ids, std::int64_t at) {
  for (const std::string& id : ids) {
    db_.query("UPDATE jobs SET heartbeat_at = ?2 WHERE id = ?1 AND state IN (0, 1)")
        .bind(id)
        .bind(at)
        .run();
  }
}

void JobTables::remove(const std::string& id) {
  auto removed = db_.query("DELETE FROM jobs WHERE id = ?1 RETURNING expired");
  if (removed.bind(id).step() && removed.integer(0) == 0) --jobs_;
}

void JobTables::append_events(const std::string& id, const JobStore::Events& events) {
  std::int64_t job = 0;
  {
    auto query = db_.query("SELECT number FROM jobs WHERE id = ?1 AND expired = 0");
    if (!query.bind(id).step()) return;
    job = query.integer(0);
  }
  add_events(job, events, false);
}

// At the end the events are taken in any case, and those behind them never.
void JobTables::add_events(std::int64_t job, const JobStore::Events& events, bool at_end) {
  if (events.empty()) return;
  std::int64_t held = 0, bytes = 0, end = kEventsEndless;
  {
    auto query =
        db_.query("SELECT events_held, event_bytes, events_end FROM jobs WHERE number = ?1");
    query.bind(job).step();
    held = query.integer(0);
    bytes = query.integer(1);
    if (!at_end) end = query.integer(2);
  }
  for (const auto& [number, event] : events) {
    if (number >= static_cast<std::uint64_t>(end)) continue;
    db_.query("INSERT OR IGNORE INTO events (job, number, event) VALUES (?1, ?2, ?3)")
        .bind(job)
        .bind(static_cast<std::int64_t>(number))
        .bind(event)
        .run();
    if (db_.changes() == 0) continue;
    ++held;
    bytes += static_cast<std::int64_t>(event.size());
  }
  trim_events(job, held, bytes);
  if (at_end) end = static_cast<std::int64_t>(events.back().first) + 1;
  db_.query(
         "UPDATE jobs SET events_held = ?2, event_bytes = ?3, events_end = ?4 WHERE number = ?1")
      .bind(job)
      .bind(held)
      .bind(bytes)
      .bind(end)
      .run();
}

void JobTables::trim_events(std::int64_t job, std::int64_t& held, std::int64_t& bytes) {
  while (held > 1 && (held > config_.events_max || bytes > config_.event_bytes_max)) {
    auto oldest = db_.query(
        "DELETE FROM events WHERE job = ?1 AND number = "
        "(SELECT min(number) FROM events WHERE job = ?1) RETURNING length(CAST(event AS BLOB))");
    oldest.bind(job).step();
    bytes -= oldest.integer(0);
    --held;
  }
}

std::vector<JobRow> JobTables::sweep(const std::string& boot, std::int64_t attempts_max,
                                     std::int64_t at, JobStore::Interrupted interrupted) {
  std::vector<std::pair<std::int64_t, JobRow>> lost;
  {
    auto query = db_.query(kReadLost);
    query.bind(boot);
    while (query.step()) lost.emplace_back(query.integer(0), row_of(query));
  }
  std::vector<JobRow> runnable;
  for (auto& [job, row] : lost) {
    const Fate fate = recover(row, boot, attempts_max, at, interrupted);
    settle(row, job, fate == Fate::run_again);
    if (!is_terminal(row.state)) runnable.push_back(std::move(row));
  }
  return runnable;
}

void JobTables::settle(const JobRow& row, std::int64_t job, bool runs_again) {
  db_.query(
         "UPDATE jobs SET state = ?2, attempt = ?3, boot = ?4, heartbeat_at = ?5, ended_at = ?6,"
         " result = ?7 WHERE number = ?1")
      .bind(job)
      .bind(number_of(row.state))
      .bind(row.attempt)
      .bind(row.boot)
      .bind(row.heartbeat_at)
      .bind(row.ended_at)
      .bind(row.result)
      .run();
  if (!runs_again) return;
  db_.query("DELETE FROM events WHERE job = ?1").bind(job).run();
  db_.query("UPDATE jobs SET events_held = 0, event_bytes = 0 WHERE number = ?1").bind(job).run();
}

std::size_t JobTables::expire(std::int64_t before, std::int64_t some) {
  std::vector<std::int64_t> jobs;
  {
    auto query = db_.query(
        "SELECT number FROM jobs WHERE state >= 2 AND expired = 0 AND ended_at < ?1 "
        "ORDER BY ended_at LIMIT ?2");
    query.bind(before).bind(some);
    while (query.step()) jobs.push_back(query.integer(0));
  }
  for (const std::int64_t job : jobs) {
    for (const std::string_view sql : {"DELETE FROM keys WHERE job = ?1",
                                       "DELETE FROM events WHERE job = ?1",
                                       "DELETE FROM bodies WHERE job = ?1",
                                       "UPDATE jobs SET expired = 1, events_held = 0,"
                                       " event_bytes = 0, result = '' WHERE number = ?1"}) {
      db_.query(sql).bind(job).run();
    }
    --jobs_;
  }
  return jobs.size();
}

void JobTables::forget_expired(std::int64_t before) {
  db_.query("DELETE FROM jobs WHERE expired = 1 AND ended_at < ?1")
      .bind(before - kTombstonesFor.count())
      .run();
  std::int64_t tombstones = 0;
  {
    auto query = db_.query("SELECT count(*) FROM jobs WHERE expired = 1");
    if (query.step()) tombstones = query.integer(0);
  }
  if (tombstones > config_.jobs_max) {
    db_.query(
           "DELETE FROM jobs WHERE number IN (SELECT number FROM jobs WHERE expired = 1 "
           "ORDER BY ended_at, number LIMIT ?1)")
        .bind(tombstones - config_.jobs_max)
        .run();
  }
  db_.query("DELETE FROM used WHERE day < ?1").bind(before / kDay).run();
  counters_ -= db_.changes();
}

std::int64_t JobTables::add_used(const std::string& key, std::int64_t day, std::int64_t amount) {
  {
    auto more = db_.query(
        "UPDATE used SET amount = amount + ?3 WHERE key = ?1 AND day = ?2 RETURNING amount");
    if (more.bind(key).bind(day).bind(amount).step()) return more.integer(0);
  }
  if (counters_ >= config_.counters_max) throw StoreFull{};
  db_.query("INSERT INTO used (key, day, amount) VALUES (?1, ?2, ?3)")
      .bind(key)
      .bind(day)
      .bind(amount)
      .run();
  ++counters_;
  return amount;
}

}  // namespace agent
