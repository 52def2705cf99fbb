#include "agent/jobs/jobs.hpp"

#include <stdexcept>

#include "world/json_text.hpp"

namespace agent {

using world::Task;

namespace {

constexpr world::Nanos kBeatEvery = std::chrono::seconds(5);
constexpr world::Nanos kExpireEvery = std::chrono::seconds(60);
constexpr world::Nanos kRoomEvery = std::chrono::seconds(1);
constexpr world::Nanos kSettleFirst = std::chrono::milliseconds(100);
constexpr world::Nanos kSettleMax = std::chrono::seconds(5);
constexpr std::int64_t kUnsettledBytesMax = 64 << 20;
constexpr std::int64_t kJobBytes = 4'096;  // about what a job takes beside its events
constexpr std::int64_t kAttemptsMax = 3;

Problem interrupted_problem() {
  Problem problem;
  problem.code = ProblemCode::interrupted;
  problem.detail = "The service was restarted while this was being worked on.";
  problem.execution = Execution::unknown;
  return problem;
}

std::string no_takeover(const std::string& path, StoreFailure why) {
  std::string text = "agent.store.path " + path + ": the jobs in it cannot be taken over: ";
  switch (why) {
    case StoreFailure::full: return text + "it is full; give it or its disk more room";
    case StoreFailure::busy: return text + "another program holds it; end that one";
    case StoreFailure::broken: break;
  }
  return text + "it cannot be written, or is damaged; mend it, or give another file";
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
  row.follows = job->follows;
  row.body = std::move(body);
  row.result = job->writer->object();
  // While so much waits for the store, no more is begun that would.
  if (unsettled_bytes_ > kUnsettledBytesMax) co_return StoreResult<Created>(StoreFailure::busy);
  JobRow same = row;
  std::optional<IdempotencyKey> same_key = key;
  StoreResult<Created> created = co_await parts_.store.create(std::move(row), std::move(key));
  bool again = !created && created.error() == StoreFailure::full;
  if (again) again = co_await expire(kRoomEvery);
  if (again) {
    StoreResult<Created> then =
        co_await parts_.store.create(std::move(same), std::move(same_key));
    created = std::move(then);
  }
  if (created && created->how == Created::How::created) {
    job->stored = true;
    kept_.emplace(job->id, job);
    start_beat();
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
    if (job->unsettled) co_await settle(job);
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
  change.follows = job.follows;
  const StoreResult<bool> told = co_await parts_.store.advance(std::move(change));
  static_cast<void>(told);  // a store that is gone is noticed at the end, which must be kept
}

// In the store first, then to all who follow. What was turned away before it was begun is not
// stored: its Idempotency-Key may be used for another try (unless its caller was promised a job).
// A store that cannot take it is no reason to keep the end from anybody.
Task<void> Jobs::finish(JobPtr job) {
  const bool begun = job->state != JobState::queued || job->request.background;
  job->turned_away = *job->outcome == JobState::failed && !begun;
  job->state = *job->outcome;  // as the object says
  if (job->stored) {
    const StoreResult<bool> kept = co_await write_end(job);
    job->unsettled = !kept;
    if (kept && !*kept) {  // the end that came first stays: a late result is dropped
      job->state = JobState::cancelled;
      job->last.clear();
      job->writer->cancelled();
    }
  }
  for (std::string& event : job->last) job->log.add(std::move(event));
  if (job->request.background) tell_end(*job);
  job->log.end();
}

// False: the store has another end of it already.
Task<StoreResult<bool>> Jobs::write_end(JobPtr job) {
  if (job->turned_away) {
    const StoreResult<void> removed = co_await parts_.store.remove(job->id);
    if (!removed) co_return StoreResult<bool>(removed.error());
    co_return StoreResult<bool>(true);
  }
  JobStore::Change change;
  change.id = job->id;
  change.attempt = job->attempt;
  change.state = job->state;
  change.result = job->writer->object();
  change.at = unix_nanos();
  std::uint64_t at = job->kept_upto;
  std::uint64_t number = std::max(at, job->log.first());
  for (std::string& event : job->log.copy(at)) change.events.emplace_back(number++, event);
  for (const std::string& event : job->last) change.events.emplace_back(number++, event);
  StoreResult<bool> kept = co_await parts_.store.advance(std::move(change));
  co_return kept;
}

// The end was told, and the store could not take it: it is offered again, until it is there.
Task<void> Jobs::settle(JobPtr job) {
  struct Held {
    Held(std::int64_t& sum, std::int64_t n) : all(sum), bytes(n) { all += bytes; }
    ~Held() { all -= bytes; }
    std::int64_t& all;
    const std::int64_t bytes;
  };
  const Held held(unsettled_bytes_, kJobBytes + static_cast<std::int64_t>(job->log.bytes()));
  world::Nanos wait = kSettleFirst;
  while (job->unsettled) {
    co_await parts_.clock.sleep(wait);
    wait = std::min(wait * 2, kSettleMax);
    const StoreResult<bool> kept = co_await write_end(job);
    job->unsettled = !kept;
  }
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
    const std::uint64_t from = cursor;
    std::uint64_t number = std::max(cursor, job->log.first());
    for (std::string& event : job->log.copy(cursor)) {
      events.emplace_back(number++, std::move(event));
    }
    const StoreResult<void> kept = co_await parts_.store.append_events(job->id, std::move(events));
    if (kept && job->kept_upto == from) job->kept_upto = cursor;  // what was not comes with the end
  }
}

void Jobs::start_beat() {
  if (!std::exchange(beating_, true)) scope_.spawn(beat());
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
    const bool looked = co_await expire(kExpireEvery);
    static_cast<void>(looked);
  }
  beating_ = false;
}

// What is over its time goes; false: that was done less than `every` ago, or failed.
Task<bool> Jobs::expire(world::Nanos every) {
  if (expired_at_ && parts_.clock.now() - *expired_at_ < every) co_return false;
  expired_at_ = parts_.clock.now();
  const StoreResult<std::size_t> gone =
      co_await parts_.store.expire(unix_nanos() - parts_.config.store.ttl.count());
  co_return gone.has_value();
}

Task<void> Jobs::recover(Revive revive) {
  const auto failed_as = [](const JobRow& row) {
    return failed_object(row, interrupted_problem());
  };
  const bool room = co_await expire(world::Nanos(0));
  static_cast<void>(room);  // what is wrong with the store shows in the next step
  StoreResult<std::vector<JobRow>> rows = co_await parts_.store.sweep(
      boot_, kAttemptsMax, unix_nanos(), +failed_as);
  if (!rows) throw std::runtime_error(no_takeover(parts_.config.store.path, rows.error()));
  for (JobRow& row : *rows) {
    JobPtr job = make(row.api == "chat" ? Api::chat : Api::responses);
    job->id = row.id;
    job->owner = row.owner;
    job->request_id = row.request_id;
    job->attempt = row.attempt;
    job->stored = true;
    job->recovered = true;
    job->follows = row.follows;
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
  if (!kept_.empty()) start_beat();
}

Task<void> Jobs::close() {
  scope_.cancel();
  co_await scope_.join_anyway();
}

}  // namespace agent
