// Jobs: those that run now. Each runs in a scope of its own until it has ended, whoever follows it;
// those that are kept are in the store before anybody hears of them, and their end is there before
// it is told. A store that cannot take an end is offered it until it does; the job can be found
// here meanwhile. One clock; close() before it dies.
#pragma once

#include <functional>
#include <map>

#include "agent/books.hpp"
#include "agent/config.hpp"
#include "agent/jobs/job.hpp"
#include "agent/jobs/job_ids.hpp"
#include "agent/jobs/job_store.hpp"

namespace agent {

class Jobs {
 public:
  struct Parts {
    world::Clock& clock;
    JobStore& store;
    const Config& config;
    const Books& books;
    JobIds ids;
  };
  // `run` carries a job to its outcome, which it says with Job::end.
  using Run = std::function<world::Task<void>(JobPtr)>;
  Jobs(Parts parts, Run run);

  // A job for a request of this API. Nothing knows of it yet.
  JobPtr make(Api api);

  // Makes it known, durably, unless its key stands for an earlier request.
  world::Task<StoreResult<Created>> keep(JobPtr job, std::string body,
                                         std::optional<IdempotencyKey> key);

  void start(JobPtr job);

  // Jobs that run, or whose end the store does not know yet, by id; null: none.
  JobPtr find(const std::string& id) const;
  std::size_t running() const { return scope_.running(); }

  // Says that it runs now.
  world::Task<void> begin(Job& job);

  // Before a step with an effect outside: from here on it is never run again blindly. False: that
  // could not be kept, so nothing must be done.
  world::Task<bool> begin_effects(Job& job);

  // Ends it and completes when it has ended.
  world::Task<void> cancel(JobPtr job);

  // The ledger's last word on it: how it ended, or that its user has left.
  void tell_end(Job& job);
  void tell_left(Job& job);

  // Takes over what another life of this process has left, before anything new comes in.
  // `revive` makes a job of its row again; those that it cannot read fail. Throws
  // std::runtime_error when the store cannot be used.
  using Revive = std::function<bool(const JobRow& row, Job& job)>;
  world::Task<void> recover(Revive revive);

  // Ends all of them, as the end of the process would: the store keeps them as they are.
  world::Task<void> close();
  // The same without waiting: none of them does anything any more. close() has to follow.
  void abort() { scope_.cancel(); }

  std::int64_t unix_nanos() const { return parts_.clock.unix_nanos(); }
  JobStore& store() { return parts_.store; }

 private:
  world::Task<void> shepherd(JobPtr job);
  world::Task<void> work(JobPtr job);
  world::Task<void> say_why_not(JobPtr job);
  world::Task<void> finish(JobPtr job);
  world::Task<StoreResult<bool>> write_end(JobPtr job);
  world::Task<void> settle(JobPtr job);
  world::Task<void> keep_events(JobPtr job);
  void start_beat();
  world::Task<void> beat();
  world::Task<bool> expire(world::Nanos every);

  Parts parts_;
  const Run run_;
  const std::string boot_;
  std::map<std::string, JobPtr> kept_;  // by id, until the store knows their end
  std::int64_t unsettled_bytes_ = 0;    // of ends that it does not know yet
  bool beating_ = false;
  std::optional<world::Instant> expired_at_;
  world::Scope scope_;
};

}  // namespace agent
