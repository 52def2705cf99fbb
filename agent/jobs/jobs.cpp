#include "agent/jobs/jobs.hpp"

#include "world/json_text.hpp"

namespace agent {

using world::Task;

namespace {

constexpr world::Nanos kBeatEvery = std::chrono::seconds(5);
constexpr world::Nanos kExpireEvery = std::chrono::seconds(60);
constexpr std::int64_t kAttemptsMax = 3;

Problem interrupted_problem() {
  Problem problem;
  problem.code = ProblemCode::interrupted;
  problem.detail = "The service was restarted while this was being worked on.";
  problem.execution = Execution::unknown;
  return problem;
}

}  // namespace

Jobs::Jobs(Parts parts, Run run)
    : parts_(std::move(parts)),
      run_(std::move(run)),
      boot_(parts_.ids.next("boot_")),
      scope_(parts_.clock) {}

JobPtr Jobs::make(Api api) {
  EventLog::Bounds bounds;
  bounds.bytes_max = static_cast<std::size_t>(parts_.config.response_bytes_max);
  auto job = std::make_shared<Job>(parts_.clock, bounds);
  job->id = parts_.ids.next(api == Api::chat ? "chatcmpl_" : "resp_");
  job->request.api = api;
  return job;
}

JobPtr Jobs::find(const std::string& id) const {
  const auto found = kept_.find(id);
  return found == kept_.end() ? nullptr : found->second;
}

Task<StoreResult<Created>> Jobs::keep(JobPtr job, std::string body,
                                      std::optional<IdempotencyKey> key) {
  JobRow row;
  row.id = job->id;
  row.owner = job->owner;
  row.request_id = job->request_id;
  row.api = job->request.api == Api::chat ? "chat" : "responses";
  row.boot = boot_;
  row.created_at = unix_nanos();
  row.heartbeat_at = row.created_at;
  row.background = job->request.background;
  row.body = std::move(body);
  row.result = job->writer->object();
  StoreResult<Created> created = co_await parts_.store.create(std::move(row), std::move(key));
  if (created && created->how == Created::How::created) {
    job->stored = true;
    kept_.emplace(job->id, job);
    if (!std::exchange(beating_, true)) scope_.spawn(beat());
  }
  co_return created;
}

void Jobs::start(JobPtr job) { scope_.spawn(shepherd(std::move(job))); }

// However the work ends, whoever waits for it hears of it.
Task<void> Jobs::work(JobPtr job) {
  struct AtEnd {
    Job& job;
    ~AtEnd() {
      job.run_ended = true;
      job.turned.notify_all();
    }
  };
  const AtEnd at_end{*job};
  if (!job->outcome) co_await run_(job);
}

Task<bool> Jobs::begin_effects(Job& job) {
  if (job.effects) co_return true;
  if (job.stored) {
    JobStore::Change change;
    change.id = job.id;
    change.attempt = job.attempt;
    change.state = JobState::in_progress;
    change.result = job.writer->object();
    change.at = unix_nanos();
    change.began_effects = true;
    const StoreResult<bool> kept = co_await parts_.store.advance(std::move(change));
    if (!kept || !*kept) co_return false;
  }
  job.effects = true;
  co_return true;
}

// Runs it, and sees to it that it ends: as it says itself, cancelled, or with what went wrong. Not
// part of what is cancelled with the job: its end is always told.
Task<void> Jobs::shepherd(JobPtr job) {
  world::Scope keeping(parts_.clock);
  job->own.spawn(work(job));
  if (job->stored) keeping.spawn(keep_events(job));
  bool dying = false;
  try {
    while (!job->outcome && !job->run_ended) co_await job->turned.wait();
    if (!job->outcome) co_await say_why_not(job);
    if (!is_terminal(job->state)) co_await finish(job);
    co_await job->own.join_anyway();
  } catch (const world::Cancelled&) {
    dying = true;
  }
  if (dying) {
    job->own.cancel();
    keeping.cancel();
    co_await job->own.join_anyway();
  }
  job->log.end();
  keeping.cancel();
  co_await keeping.join_anyway();
  kept_.erase(job->id);
}

// The work has ended and does not say how: it was cancelled, or it broke.
Task<void> Jobs::say_why_not(JobPtr job) {
  bool broke = false;
  try {
    co_await job->own.join();
  } catch (const world::Cancelled&) {
    throw;
  } catch (const std::exception&) {
    broke = true;
  }
  job->outcome = broke ? JobState::failed : JobState::cancelled;
  if (!broke) {
    job->writer->cancelled();
    co_return;
  }
  Problem problem;
  problem.code = ProblemCode::internal_error;
  problem.detail = "The service failed at this request.";
  problem.execution = Execution::unknown;
  job->problem = std::move(problem);
  ProblemContext context;
  context.request = job->request_id;
  job->writer->failed(*job->problem, context);
}

Task<void> Jobs::begin(Job& job) {
  job.state = JobState::in_progress;
  job.writer->started();
  if (!job.stored) co_return;
  JobStore::Change change;
  change.id = job.id;
  change.attempt = job.attempt;
  change.state = JobState::in_progress;
  change.result = job.writer->object();
  change.at = unix_nanos();
  const StoreResult<bool> told = co_await parts_.store.advance(std::move(change));
  static_cast<void>(told);  // a store that is gone is noticed at the end, which must be kept
}

// In the store first, then to all who follow. What was turned away before it was begun is not
// stored: its Idempotency-Key may be used for another try (unless its caller was promised a job).
Task<void> Jobs::finish(JobPtr job) {
  JobState state = *job->outcome;
  const bool begun = job->state != JobState::queued || job->request.background;
  if (job->stored && state == JobState::failed && !begun) {
    const StoreResult<void> removed = co_await parts_.store.remove(job->id);
    static_cast<void>(removed);  // what stays is too much, not too little
  } else if (job->stored) {
    JobStore::Change change;
    change.id = job->id;
    change.attempt = job->attempt;
    change.state = state;
    job->state = state;  // as the object says
    change.result = job->writer->object();
    change.at = unix_nanos();
    std::uint64_t at = job->kept_upto;
    std::uint64_t number = std::max(at, job->log.first());
    for (std::string& event : job->log.copy(at)) change.events.emplace_back(number++, event);
    for (const std::string& event : job->last) change.events.emplace_back(number++, event);
    const StoreResult<bool> kept = co_await parts_.store.advance(std::move(change));
    if (kept && !*kept) {  // the end that came first stays: a late result is dropped
      state = JobState::cancelled;
      job->last.clear();
      job->writer->cancelled();
    }
  }
  job->state = state;
  for (std::string& event : job->last) job->log.add(std::move(event));
  if (job->request.background) tell_end(*job);
  job->log.end();
}

void Jobs::tell_end(Job& job) {
  if (job.state == JobState::cancelled) return tell_left(job);
  if (std::exchange(job.closed, true)) return;
  const bool failed = job.problem.has_value();
  const std::string_view from = failed ? name_of(job.problem->code)
                                : job.degraded.empty() ? std::string_view("ok")
                                                       : std::string_view("degraded");
  const bool asked = job.attempts > 0 || !failed;
  const int status = failed && !job.cut ? status_of(job.problem->code) : 200;
  parts_.books.note(asked ? LedgerKind::answered : LedgerKind::refused, job.request_id,
                    {.from = from, .value = status});
}

void Jobs::tell_left(Job& job) {
  if (std::exchange(job.closed, true)) return;
  parts_.books.note(LedgerKind::abandoned, job.request_id, {});
}

Task<void> Jobs::cancel(JobPtr job) {
  job->cancel_requested = true;
  if (job->stored) {
    const StoreResult<void> asked = co_await parts_.store.request_cancel(job->id);
    static_cast<void>(asked);
  }
  job->own.cancel();
  // Its log ends when it has ended, whatever it still tells.
  while (!job->log.ended()) co_await job->log.beyond(job->log.next());
}

// What is told is kept a little later: who comes back asks the log of a job that runs, and the
// store for one that has ended. The last events come with the end.
Task<void> Jobs::keep_events(JobPtr job) {
  std::uint64_t cursor = 0;
  while (!job->outcome) {
    co_await job->log.beyond(cursor);
    if (job->log.ended()) break;
    JobStore::Events events;
    std::uint64_t number = std::max(cursor, job->log.first());
    for (std::string& event : job->log.copy(cursor)) {
      events.emplace_back(number++, std::move(event));
    }
    const StoreResult<void> kept = co_await parts_.store.append_events(job->id, std::move(events));
    if (kept) job->kept_upto = cursor;
  }
}

// As long as there is a job to be kept alive; what is old goes on the way.
Task<void> Jobs::beat() {
  while (!kept_.empty()) {
    co_await parts_.clock.sleep(kBeatEvery);
    std::vector<std::string> ids;
    for (const auto& [id, job] : kept_) ids.push_back(id);
    const StoreResult<void> told =
        co_await parts_.store.heartbeat(std::move(ids), unix_nanos());
    static_cast<void>(told);
    if (parts_.clock.now() - expired_at_ < kExpireEvery) continue;
    expired_at_ = parts_.clock.now();
    const StoreResult<std::size_t> gone =
        co_await parts_.store.expire(unix_nanos() - parts_.config.store.ttl.count());
    static_cast<void>(gone);
  }
  beating_ = false;
}

Task<void> Jobs::recover(Revive revive) {
  const auto failed_as = [](const JobRow& row) {
    return failed_object(row, interrupted_problem());
  };
  StoreResult<std::vector<JobRow>> rows = co_await parts_.store.sweep(
      boot_, kAttemptsMax, unix_nanos(), +failed_as);
  if (!rows) co_return;
  for (JobRow& row : *rows) {
    JobPtr job = make(row.api == "chat" ? Api::chat : Api::responses);
    job->id = row.id;
    job->owner = row.owner;
    job->request_id = row.request_id;
    job->attempt = row.attempt;
    job->stored = true;
    const bool readable = revive(row, *job);
    job->request.background = true;  // the call that made it is gone
    kept_.emplace(job->id, job);
    if (!readable) {
      job->problem = interrupted_problem();
      ProblemContext context;
      context.request = job->request_id;
      job->writer->failed(*job->problem, context);
      job->end(JobState::failed);
    }
    start(std::move(job));
  }
}

Task<void> Jobs::close() {
  scope_.cancel();
  co_await scope_.join_anyway();
}

}  // namespace agent
