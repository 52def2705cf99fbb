// JobStore: the jobs that outlive a call and, in its SQLite twin, the process. What an operation
// answers is durable before it completes; one whose task is cancelled may still happen. Two twins,
// MemoryJobs and SqliteJobs (open_store.hpp opens either), one suite
// (tests/agent/job_store_test.cpp). Bounds: store_config.hpp. Rows are values; one clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/jobs/job_state.hpp"
#include "world/task.hpp"

#include <boost/system/result.hpp>

namespace agent {

// A job as it is kept. Instants are wall time in ns since 1970, as they outlive the process.
struct JobRow {
  std::string id;          // unguessable
  std::string owner;       // nobody else may see it
  std::string request_id;  // of the call that made it
  std::string api;         // "chat" or "responses": the form of its events and its result
  JobState state = JobState::queued;
  std::int64_t attempt = 1;  // of running it: a crash may cost one
  std::string boot;          // the life of the process that runs it
  std::int64_t created_at = 0;
  std::int64_t ended_at = 0;  // 0: it has not
  std::int64_t heartbeat_at = 0;
  bool background = false;
  bool cancel_requested = false;
  bool began_effects = false;  // a step with an effect outside was begun: never run again blindly
  bool follows = false;        // it goes on from a history, which does not outlive the process
  bool expired = false;        // its time is over: only who it was and how it ended is left
  std::string body;            // the request, JSON text as it came
  std::string result;          // JSON text: the last state that a reader gets
};

// Of a POST with an Idempotency-Key: one key of one owner stands for one request for 24 hours.
struct IdempotencyKey {
  std::string owner;
  std::string key;
  std::string fingerprint;  // SHA-256 over method, path and canonical body
};

struct Created {
  enum class How : std::uint8_t { created, replayed, conflict } how = How::created;
  JobRow row;  // the one that is there now: of an earlier request when replayed or in conflict
};

enum class StoreFailure : std::uint8_t {
  full,    // the disk or a bound of the store: what is there can be read, nothing new comes in
  busy,    // too many operations wait, or another process holds the database
  broken,  // the disk or the database: whether the operation happened is unknown
};
template <class T>
using StoreResult = boost::system::result<T, StoreFailure>;
[[noreturn]] void throw_exception_from_error(StoreFailure f, const boost::source_location&);
std::string_view name_of(StoreFailure f);

class JobStore {
 public:
  virtual ~JobStore() = default;

  using Events = std::vector<std::pair<std::uint64_t, std::string>>;  // by number, ascending

  // Inserts the row, and the key with it, unless the key is there and younger than the time to
  // live: then nothing is inserted. conflict: the key is there with another fingerprint. When there
  // are as many jobs, or bytes, as may be, the oldest ones leave that have ended and were promised
  // to nobody (in the background, or under a key); full: that is not enough.
  virtual world::Task<StoreResult<Created>> create(JobRow row,
                                                   std::optional<IdempotencyKey> key) = 0;

  // What create would find under the key at that time; nothing is made.
  virtual world::Task<StoreResult<std::optional<Created>>> find_key(IdempotencyKey key,
                                                                    std::int64_t at) = 0;

  // Only from a state that is not terminal, and only of this attempt: false, and nothing changes,
  // otherwise. A terminal state, its result and the last events come together.
  struct Change {
    std::string id;
    std::int64_t attempt = 1;
    JobState state = JobState::in_progress;
    std::string result;  // empty: as it was
    std::int64_t at = 0;
    bool began_effects = false;  // false: as it was
    bool follows = false;        // the same
    Events events;               // behind those of a terminal state there will be no others
  };
  virtual world::Task<StoreResult<bool>> advance(Change change) = 0;

  virtual world::Task<StoreResult<std::optional<JobRow>>> read(std::string id) = 0;
  // Of one owner, newest first, at most `limit`, those before `after` if it is not empty. Without
  // their bodies, and without those that have expired.
  virtual world::Task<StoreResult<std::vector<JobRow>>> list(std::string owner, std::string after,
                                                             std::size_t limit) = 0;
  virtual world::Task<StoreResult<void>> request_cancel(std::string id) = 0;
  virtual world::Task<StoreResult<void>> heartbeat(std::vector<std::string> ids,
                                                   std::int64_t at) = 0;
  virtual world::Task<StoreResult<void>> remove(std::string id) = 0;

  // Events of a job that may be followed again. What is there already, or behind the end, is not
  // added; beyond the bounds the oldest leave.
  virtual world::Task<StoreResult<void>> append_events(std::string id, Events events) = 0;
  virtual world::Task<StoreResult<Events>> events(std::string id, std::uint64_t from) = 0;

  // At boot, before anything else: the jobs of other lives meet their fate (recovery.hpp). Those
  // that are to be run are queued, given to `boot`, and returned, oldest first; those that were
  // running lose their events and get one attempt more. The others end, with the result that
  // `interrupted` makes of the row as it then is; it is called on another thread.
  using Interrupted = std::string (*)(const JobRow& row);
  virtual world::Task<StoreResult<std::vector<JobRow>>> sweep(std::string boot,
                                                              std::int64_t attempts_max,
                                                              std::int64_t at,
                                                              Interrupted interrupted) = 0;
  // What ended before `before` is `expired` from now on, and its key is free; a week later nobody
  // knows of it. Counters of earlier days go too. Returns how many jobs expired.
  virtual world::Task<StoreResult<std::size_t>> expire(std::int64_t before) = 0;

  // A counter that survives: what a user has used of a day (see limits/), in days since 1970.
  // Returns what it is now.
  virtual world::Task<StoreResult<std::int64_t>> add_used(std::string key, std::int64_t day,
                                                          std::int64_t amount) = 0;
};

}  // namespace agent
