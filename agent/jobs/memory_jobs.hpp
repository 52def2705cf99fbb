// MemoryJobs: jobs that are gone with the process, in maps. Nothing waits: every operation is done
// when it is called. One clock.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "agent/defect.hpp"
#include "agent/jobs/job_store.hpp"
#include "agent/jobs/store_config.hpp"

namespace agent {

class MemoryJobs final : public JobStore {
 public:
  explicit MemoryJobs(StoreConfig config = {}, Defect defect = Defect::none)
      : config_(std::move(config)), defect_(defect) {}

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

  std::size_t size() const { return jobs_.size() - tombstones_.size(); }
  std::int64_t held_bytes() const { return bytes_; }  // of bodies, results and events

 private:
  using Number = std::uint64_t;  // of a job, in the order in which they were made
  using OwnersKey = std::pair<std::string, std::string>;
  struct Kept {
    JobRow row;
    bool promised = false;  // made in the background or under a key: not to be turned out
    std::optional<OwnersKey> key;
    std::deque<std::pair<std::uint64_t, std::string>> events;
    std::int64_t event_bytes = 0;
    std::uint64_t events_end = UINT64_MAX;  // of a job that has ended: none from here on
  };
  struct Key {
    std::string fingerprint;
    std::int64_t created_at = 0;
    Number job = 0;
  };
  using ByEnd = std::set<std::pair<std::int64_t, Number>>;

  Kept* find(const std::string& id);
  std::optional<Created> read_key(const IdempotencyKey& key, std::int64_t since) const;
  bool make_room(std::int64_t bytes);
  bool make_bytes(std::int64_t bytes);
  bool may_advance(const Kept& kept, const Change& change) const;
  void set_result(Kept& kept, std::string result);
  void add_events(Kept& kept, Events events);
  void drop_events(Kept& kept);
  void end(Number number, Kept& kept);
  void forget_some(Number number);
  void free_key(Kept& kept);
  void bury(Number number);
  void erase(Number number);

  const StoreConfig config_;
  const Defect defect_;
  Number made_ = 0;
  std::map<Number, Kept> jobs_;
  std::map<std::string, Number> by_id_;
  std::set<std::pair<std::string, Number>> by_owner_;
  std::map<OwnersKey, Key> keys_;
  ByEnd ended_;        // not expired
  ByEnd unpromised_;   // of these, those that may leave for others
  ByEnd tombstones_;   // expired
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> used_;
  std::int64_t bytes_ = 0;
  std::int64_t ends_ = 0;  // of a defect
};

}  // namespace agent
