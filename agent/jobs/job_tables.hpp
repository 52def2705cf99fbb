// JobTables: the operations of the job store in SQL, on the connection that writes. Each belongs in
// a transaction of the caller; what fails throws, and the caller rolls back and calls recount().
// One thread at a time.
#pragma once

#include "agent/defect.hpp"
#include "agent/jobs/job_store.hpp"
#include "agent/jobs/store_config.hpp"
#include "world/sqlite.hpp"

namespace agent {

struct StoreFull {};  // thrown: a bound of the store is reached

class JobTables {
 public:
  // Opens the database and brings it up to date. Throws std::runtime_error: it cannot be used.
  JobTables(const std::string& path, StoreConfig config, Defect defect);

  Created create(const JobRow& row, const std::optional<IdempotencyKey>& key);
  bool advance(const JobStore::Change& change);
  void request_cancel(const std::string& id);
  void heartbeat(const std::vector<std::string>& ids, std::int64_t at);
  void remove(const std::string& id);
  void append_events(const std::string& id, const JobStore::Events& events);
  std::vector<JobRow> sweep(const std::string& boot, std::int64_t attempts_max, std::int64_t at,
                            JobStore::Interrupted interrupted);
  // At most `some` of them: a transaction that others wait for is short.
  std::size_t expire(std::int64_t before, std::int64_t some);
  void forget_expired(std::int64_t before);
  std::int64_t add_used(const std::string& key, std::int64_t day, std::int64_t amount);

  // Counts jobs and counters anew: after a rollback.
  void recount();

  world::Sqlite& db() { return db_; }

 private:
  void make_room();
  bool turn_out();
  bool forget_one();
  std::int64_t pages_used();
  bool make_pages(std::int64_t bytes, std::int64_t pages_max);
  void need_pages(std::int64_t bytes);
  void insert(const JobRow& row, const std::optional<IdempotencyKey>& key);
  void add_events(std::int64_t job, const JobStore::Events& events, bool at_end);
  void trim_events(std::int64_t job, std::int64_t& held, std::int64_t& bytes);
  void settle(const JobRow& row, std::int64_t job, bool runs_again);

  world::Sqlite db_;
  const StoreConfig config_;
  const Defect defect_;
  std::int64_t jobs_ = 0;  // not expired
  std::int64_t counters_ = 0;
  std::int64_t ends_ = 0;  // of a defect
};

}  // namespace agent
