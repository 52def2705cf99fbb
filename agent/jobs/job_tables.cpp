#include "agent/jobs/job_tables.hpp"

#include "agent/jobs/job_reading.hpp"
#include "agent/jobs/recovery.hpp"
#include "agent/jobs/sqlite_schema.hpp"

namespace agent {

using world::Sqlite;

namespace {

constexpr std::int64_t kEventsEndless = INT64_MAX;
constexpr std::int64_t kPagesAround = 2;  // of a row, beside its text

// What is new leaves some room for the ends of what is there, and for what goes.
std::int64_t pages_for_new(std::int64_t bytes_max) {
  const std::int64_t pages = bytes_max / kPageBytes;
  return pages - std::max<std::int64_t>(16, pages / 16);
}

std::int64_t size_of(const std::string& text) { return static_cast<std::int64_t>(text.size()); }

std::int64_t size_of(const JobStore::Events& events) {
  std::int64_t bytes = 0;
  for (const auto& event : events) bytes += size_of(event.second);
  return bytes;
}

std::int64_t number_of(JobState state) { return static_cast<std::int64_t>(state); }

}  // namespace

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
    std::optional<Created> earlier = read_key(db_, *key, row.created_at - config_.ttl.count());
    if (earlier) return std::move(*earlier);
    db_.query("DELETE FROM keys WHERE owner = ?1 AND key = ?2")  // one that is too old
        .bind(key->owner)
        .bind(key->key)
        .run();
  }
  make_room();
  need_pages(size_of(row.body) + size_of(row.result));
  insert(row, key);
  Created created;
  created.row = row;
  return created;
}

// The oldest that has ended and was promised to nobody leaves. False: there is none.
bool JobTables::turn_out() {
  db_.query(
         "DELETE FROM jobs WHERE number = (SELECT number FROM jobs WHERE state >= 2 "
         "AND expired = 0 AND promised = 0 ORDER BY ended_at, number LIMIT 1)")
      .run();
  if (db_.changes() == 0) return false;
  --jobs_;
  return true;
}

bool JobTables::forget_one() {
  db_.query(
         "DELETE FROM jobs WHERE number = (SELECT number FROM jobs WHERE expired = 1 "
         "ORDER BY ended_at, number LIMIT 1)")
      .run();
  return db_.changes() > 0;
}

void JobTables::make_room() {
  while (jobs_ >= config_.jobs_max) {
    if (!turn_out()) throw StoreFull{};
  }
}

std::int64_t JobTables::pages_used() {
  std::int64_t used = 0;
  auto all = db_.query("PRAGMA page_count");
  if (all.step()) used = all.integer(0);
  auto free = db_.query("PRAGMA freelist_count");
  if (free.step()) used -= free.integer(0);
  return used;
}

// Until so many bytes more fit in so many pages, marks of the expired leave, and then what was
// promised to nobody.
bool JobTables::make_pages(std::int64_t bytes, std::int64_t pages_max) {
  const std::int64_t wanted = bytes / kPageBytes + kPagesAround;
  if (wanted > pages_max) return false;
  while (pages_used() + wanted > pages_max) {
    if (!forget_one() && !turn_out()) return false;
  }
  return true;
}

void JobTables::need_pages(std::int64_t bytes) {
  if (!make_pages(bytes, pages_for_new(config_.bytes_max))) throw StoreFull{};
}

void JobTables::insert(const JobRow& row, const std::optional<IdempotencyKey>& key) {
  db_.query(
         "INSERT INTO jobs (id, owner, request_id, api, state, attempt, boot, created_at, ended_at,"
         " heartbeat_at, background, promised, cancel_requested, began_effects, follows, result)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)")
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
      .bind(std::int64_t{row.follows})
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
      " ended_at = ?6, result = CASE ?7 WHEN '' THEN result ELSE ?7 END, follows = follows OR ?8"
      " WHERE id = ?1 AND attempt = ?2 AND expired = 0 AND state IN (0, 1) RETURNING number";
  constexpr std::string_view kAnyState =
      "UPDATE jobs SET state = ?3, heartbeat_at = ?4, began_effects = began_effects OR ?5,"
      " ended_at = ?6, result = CASE ?7 WHEN '' THEN result ELSE ?7 END, follows = follows OR ?8"
      " WHERE id = ?1 AND attempt = ?2 AND expired = 0 RETURNING number";
  const bool ends = is_terminal(change.state);
  // As far as it can: the database itself says when there is no more room.
  make_pages(size_of(change.result) + size_of(change.events), config_.bytes_max / kPageBytes);
  std::int64_t job = 0;
  {
    auto update = db_.query(defect_ == Defect::late_result_overwrites ? kAnyState : kOpen);
    update.bind(change.id)
        .bind(change.attempt)
        .bind(number_of(change.state))
        .bind(change.at)
        .bind(std::int64_t{change.began_effects})
        .bind(ends ? change.at : 0)
        .bind(change.result)
        .bind(std::int64_t{change.follows});
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
  need_pages(size_of(events));
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
  std::vector<std::pair<std::int64_t, JobRow>> lost = read_lost(db_, boot);
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
  need_pages(0);
  db_.query("INSERT INTO used (key, day, amount) VALUES (?1, ?2, ?3)")
      .bind(key)
      .bind(day)
      .bind(amount)
      .run();
  ++counters_;
  return amount;
}

}  // namespace agent
