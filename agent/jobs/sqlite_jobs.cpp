#include "agent/jobs/sqlite_jobs.hpp"

#include <filesystem>

#include "agent/jobs/job_reading.hpp"

namespace agent {

using world::Sqlite;
using world::SqliteError;
using world::Task;

namespace {

constexpr std::int64_t kExpiredAtOnce = 500;

StoreFailure failure_of(const SqliteError& error) {
  switch (error.kind) {
    case SqliteError::Kind::full: return StoreFailure::full;
    case SqliteError::Kind::busy: return StoreFailure::busy;
    case SqliteError::Kind::broken: return StoreFailure::broken;
  }
  return StoreFailure::broken;
}

// Runs it; what went wrong, if anything.
template <class Doing>
std::optional<StoreFailure> attempt(Doing doing) {
  try {
    doing();
  } catch (const StoreFull&) {
    return StoreFailure::full;
  } catch (const SqliteError& error) {
    return failure_of(error);
  }
  return std::nullopt;
}

void roll_back(JobTables& tables) {
  if (tables.db().in_transaction()) tables.db().execute("ROLLBACK");
  tables.recount();
}

// One operation fails alone: the others of its transaction stand, unless SQLite gave that up.
std::optional<StoreFailure> apply_one(JobTables& tables,
                                      const std::function<void(JobTables&)>& apply) {
  Sqlite& db = tables.db();
  db.query("SAVEPOINT one").run();
  const std::optional<StoreFailure> failed = attempt([&] { apply(tables); });
  if (failed && db.in_transaction()) {
    db.query("ROLLBACK TO one").run();
    tables.recount();
  }
  if (db.in_transaction()) db.query("RELEASE one").run();
  return failed;
}

// Beside the file that the path leads to, however it is written.
std::string lock_path(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(path, failed);
  return (failed ? path : whole.string()) + ".lock";
}

std::unique_ptr<world::FileLock> lock_for(const std::string& path) {
  std::error_code failed;
  if (path.empty() || std::filesystem::is_directory(path, failed)) return nullptr;
  auto lock = std::make_unique<world::FileLock>(lock_path(path));
  if (lock->state() == world::FileLock::State::taken) {
    throw std::runtime_error("agent.store.path " + path + ": another process has it, and holds " +
                             lock_path(path) + "; end that one, or give each a file of its own");
  }
  return lock;
}

JobTables open_tables(const StoreConfig& config, Defect defect) {
  const std::string path = config.path.empty() ? ":memory:" : config.path;
  try {
    return JobTables(path, config, defect);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("agent.store.path " + path + ": " + error.what() +
                             "; give a file of its own in a directory that can be written");
  }
}

}  // namespace

SqliteJobs::SqliteJobs(world::Clock& clock, StoreConfig config, const NewWorker& new_worker,
                       Defect defect)
    : clock_(clock),
      config_(std::move(config)),
      defect_(defect),
      lock_(lock_for(config_.path)),
      tables_(open_tables(config_, defect)),
      writer_(new_worker()) {
  if (lock_ && lock_->state() != world::FileLock::State::held) {
    throw std::runtime_error("agent.store.path " + config_.path + ": " + lock_path(config_.path) +
                             " beside it cannot be locked; see who owns it");
  }
  // A database in memory has one connection. So has a defect, which reads what is not committed.
  if (config_.path.empty() || defect_ == Defect::acks_before_durable) return;
  own_reader_ = std::make_unique<Sqlite>(config_.path, Sqlite::Options{config_.busy_timeout, true});
  reader_ = new_worker();
}

// Takes what waits as the next transaction, unless one is under way.
void SqliteJobs::begin_group() {
  if (committing_ || waiting_.empty()) return;
  committing_ = true;
  auto group = std::make_shared<Group>();
  while (group->size() < kGroupMax && !waiting_.empty()) {
    group->push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  const auto work = [group, tables = &tables_, defect = defect_] {
    const auto failed = attempt([&] { commit_group(*tables, *group, defect); });
    if (!failed) return;
    for (const auto& write : *group) write->failure = failed;
    attempt([&] { roll_back(*tables); });
  };
  const auto done = [group, this] {
    committing_ = false;
    ++commits_;
    for (const auto& write : *group) {
      write->done = true;
      write->told.notify_all();
    }
    begin_group();
  };
  const bool taken = writer_->submit(work, done);
  ENSURE(taken, "a worker that does one thing at a time has room for it");
}

void SqliteJobs::commit_group(JobTables& tables, Group& group, Defect defect) {
  Sqlite& db = tables.db();
  if (db.in_transaction()) db.query("COMMIT").run();  // of the defect below
  db.query("BEGIN IMMEDIATE").run();
  for (const auto& write : group) {
    write->failure = apply_one(tables, write->apply);
    if (!db.in_transaction()) {
      throw SqliteError(write->failure == StoreFailure::full ? SqliteError::Kind::full
                                                             : SqliteError::Kind::broken,
                        "SQLite gave the transaction up");
    }
  }
  if (defect == Defect::acks_before_durable) return;  // the next group commits this one
  db.query("COMMIT").run();
}

Task<void> SqliteJobs::commit(std::shared_ptr<Write> write) {
  if (static_cast<std::int64_t>(waiting_.size()) >= config_.waiting_max) {
    write->failure = StoreFailure::busy;
    co_return;
  }
  waiting_.push_back(write);
  begin_group();
  while (!write->done) co_await write->told.wait();
}

template <class T>
Task<StoreResult<T>> SqliteJobs::write(std::function<T(JobTables&)> apply) {
  auto answer = std::make_shared<std::optional<T>>();
  auto write = std::make_shared<Write>(clock_);
  write->apply = [answer, apply = std::move(apply)](JobTables& tables) {
    answer->emplace(apply(tables));
  };
  co_await commit(write);
  if (write->failure) co_return StoreResult<T>(*write->failure);
  co_return StoreResult<T>(std::move(**answer));
}

Task<StoreResult<void>> SqliteJobs::write_only(std::function<void(JobTables&)> apply) {
  auto write = std::make_shared<Write>(clock_);
  write->apply = std::move(apply);
  co_await commit(write);
  if (write->failure) co_return StoreResult<void>(*write->failure);
  co_return StoreResult<void>();
}

template <class T>
Task<StoreResult<T>> SqliteJobs::ask(std::function<T(Sqlite&)> question) {
  if (!reader_) {  // one connection: questions take their turn among the operations
    std::function<T(JobTables&)> in_turn = [question = std::move(question)](JobTables& tables) {
      return question(tables.db());
    };
    co_return co_await write(std::move(in_turn));
  }
  struct Answer {
    std::optional<T> value;
    std::optional<StoreFailure> failure;
  };
  auto answer = std::make_shared<Answer>();
  std::function<void()> work = [answer, db = own_reader_.get(), question = std::move(question)] {
    answer->failure = attempt([&] { answer->value.emplace(question(*db)); });
  };
  co_await reader_->run(std::move(work));
  if (answer->failure) co_return StoreResult<T>(*answer->failure);
  co_return StoreResult<T>(std::move(*answer->value));
}

Task<StoreResult<Created>> SqliteJobs::create(JobRow row, std::optional<IdempotencyKey> key) {
  std::function<Created(JobTables&)> apply = [row = std::move(row), key = std::move(key)](
                                                 JobTables& t) { return t.create(row, key); };
  return write(std::move(apply));
}

Task<StoreResult<std::optional<Created>>> SqliteJobs::find_key(IdempotencyKey key,
                                                               std::int64_t at) {
  std::function<std::optional<Created>(Sqlite&)> question =
      [key = std::move(key), since = at - config_.ttl.count()](Sqlite& db) {
        return read_key(db, key, since);
      };
  return ask(std::move(question));
}

Task<StoreResult<bool>> SqliteJobs::advance(Change change) {
  std::function<bool(JobTables&)> apply = [change = std::move(change)](JobTables& t) {
    return t.advance(change);
  };
  return write(std::move(apply));
}

Task<StoreResult<std::optional<JobRow>>> SqliteJobs::read(std::string id) {
  std::function<std::optional<JobRow>(Sqlite&)> question = [id = std::move(id)](Sqlite& db) {
    return read_job(db, id);
  };
  return ask(std::move(question));
}

Task<StoreResult<std::vector<JobRow>>> SqliteJobs::list(std::string owner, std::string after,
                                                        std::size_t limit) {
  std::function<std::vector<JobRow>(Sqlite&)> question =
      [owner = std::move(owner), after = std::move(after), limit](Sqlite& db) {
        return list_jobs(db, owner, after, limit);
      };
  return ask(std::move(question));
}

Task<StoreResult<void>> SqliteJobs::request_cancel(std::string id) {
  return write_only([id = std::move(id)](JobTables& t) { t.request_cancel(id); });
}

Task<StoreResult<void>> SqliteJobs::heartbeat(std::vector<std::string> ids, std::int64_t at) {
  return write_only([ids = std::move(ids), at](JobTables& t) { t.heartbeat(ids, at); });
}

Task<StoreResult<void>> SqliteJobs::remove(std::string id) {
  return write_only([id = std::move(id)](JobTables& t) { t.remove(id); });
}

Task<StoreResult<void>> SqliteJobs::append_events(std::string id, Events events) {
  return write_only([id = std::move(id), events = std::move(events)](JobTables& t) {
    t.append_events(id, events);
  });
}

Task<StoreResult<JobStore::Events>> SqliteJobs::events(std::string id, std::uint64_t from) {
  std::function<Events(Sqlite&)> question = [id = std::move(id), from](Sqlite& db) {
    return read_events(db, id, from);
  };
  return ask(std::move(question));
}

Task<StoreResult<std::vector<JobRow>>> SqliteJobs::sweep(std::string boot,
                                                         std::int64_t attempts_max,
                                                         std::int64_t at,
                                                         Interrupted interrupted) {
  std::function<std::vector<JobRow>(JobTables&)> apply =
      [boot = std::move(boot), attempts_max, at, interrupted](JobTables& t) {
        return t.sweep(boot, attempts_max, at, interrupted);
      };
  return write(std::move(apply));
}

// Some at a time, so that others come in between.
Task<StoreResult<std::size_t>> SqliteJobs::expire(std::int64_t before) {
  std::size_t expired = 0;
  for (;;) {
    std::function<std::size_t(JobTables&)> some = [before](JobTables& t) {
      return t.expire(before, kExpiredAtOnce);
    };
    StoreResult<std::size_t> more = co_await write(std::move(some));
    if (!more) co_return more;
    expired += *more;
    if (*more < static_cast<std::size_t>(kExpiredAtOnce)) break;
  }
  std::function<void(JobTables&)> forget = [before](JobTables& t) { t.forget_expired(before); };
  const StoreResult<void> forgotten = co_await write_only(std::move(forget));
  if (!forgotten) co_return StoreResult<std::size_t>(forgotten.error());
  co_return StoreResult<std::size_t>(expired);
}

Task<StoreResult<std::int64_t>> SqliteJobs::add_used(std::string key, std::int64_t day,
                                                     std::int64_t amount) {
  std::function<std::int64_t(JobTables&)> apply = [key = std::move(key), day,
                                                   amount](JobTables& t) {
    return t.add_used(key, day, amount);
  };
  return write(std::move(apply));
}

}  // namespace agent
