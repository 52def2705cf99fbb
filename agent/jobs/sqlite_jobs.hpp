// SqliteJobs: jobs that survive the process, in an SQLite database. One worker writes, in group
// commits: what has come while the disk was busy with one transaction, up to kGroupMax operations,
// is the next one, and all of them are answered when it is on the disk. Another worker reads, on a
// connection of its own. The workers' clock outlives it, and no task waits for it when it dies.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "agent/jobs/job_tables.hpp"
#include "world/file_lock.hpp"
#include "world/worker.hpp"

namespace agent {

using NewWorker = std::function<std::unique_ptr<world::Worker>()>;

class SqliteJobs final : public JobStore {
 public:
  static constexpr std::size_t kGroupMax = 64;

  // Opens the database, for this process alone. Throws std::runtime_error: what is wrong with it,
  // and what to do.
  SqliteJobs(world::Clock& clock, StoreConfig config, const NewWorker& new_worker,
             Defect defect = Defect::none);

  world::Task<StoreResult<Created>> create(JobRow row, std::optional<IdempotencyKey> key) override;
  world::Task<StoreResult<std::optional<Created>>> find_key(IdempotencyKey key,
                                                            std::int64_t at) override;
  world::Task<StoreResult<bool>> advance(Change change) override;
  world::Task<StoreResult<std::optional<JobRow>>> read(std::string id) override;
  world::Task<StoreResult<std::vector<JobRow>>> list(std::string owner, std::string after,
                                                     std::size_t limit) override;
  world::Task<StoreResult<void>> request_cancel(std::string id) override;
  world::Task<StoreResult<void>> heartbeat(std::vector<std::string> ids, std::int64_t at) override;
  world::Task<StoreResult<void>> remove(std::string id) override;
  world::Task<StoreResult<void>> append_events(std::string id, Events events) override;
  world::Task<StoreResult<Events>> events(std::string id, std::uint64_t from) override;
  world::Task<StoreResult<std::vector<JobRow>>> sweep(std::string boot, std::int64_t attempts_max,
                                                      std::int64_t at,
                                                      Interrupted interrupted) override;
  world::Task<StoreResult<std::size_t>> expire(std::int64_t before) override;
  world::Task<StoreResult<std::int64_t>> add_used(std::string key, std::int64_t day,
                                                  std::int64_t amount) override;

  std::uint64_t commits() const { return commits_; }  // transactions; one sync of the disk each

 private:
  struct Write {  // one operation that waits for its transaction
    explicit Write(world::Clock& clock) : told(clock) {}
    std::function<void(JobTables&)> apply;
    std::optional<StoreFailure> failure;
    bool done = false;
    world::Signal told;
  };
  using Group = std::vector<std::shared_ptr<Write>>;

  template <class T>
  world::Task<StoreResult<T>> write(std::function<T(JobTables&)> apply);
  world::Task<StoreResult<void>> write_only(std::function<void(JobTables&)> apply);
  template <class T>
  world::Task<StoreResult<T>> ask(std::function<T(world::Sqlite&)> question);
  world::Task<void> commit(std::shared_ptr<Write> write);
  void begin_group();
  static void commit_group(JobTables& tables, Group& group, Defect defect);

  world::Clock& clock_;
  const StoreConfig config_;
  const Defect defect_;
  std::unique_ptr<world::FileLock> lock_;     // null: the database is in memory
  JobTables tables_;                          // of the writing worker
  std::unique_ptr<world::Sqlite> own_reader_;  // of the reading one; null: all use one connection
  std::deque<std::shared_ptr<Write>> waiting_;
  bool committing_ = false;
  std::uint64_t commits_ = 0;
  // Last: they are done with what they have before anything above goes.
  std::unique_ptr<world::Worker> writer_;
  std::unique_ptr<world::Worker> reader_;
};

}  // namespace agent
