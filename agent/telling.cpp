// The part of the pipeline between a job and the calls about it: the one that made it, and the same
// one once more.
#include "agent/jobs/unless_user_leaves.hpp"
#include "agent/pipeline.hpp"
#include "world/json_reader.hpp"

namespace agent {

using std::chrono::seconds;
using world::HttpResponse;
using world::HttpServerConnection;
using world::Result;
using world::Task;

namespace {

// What the first call got in one piece: the answer, or the error with its status.
HttpResponse response_of_row(const JobRow& row) {
  HttpResponse response;
  response.headers.add("content-type", "application/json");
  response.headers.add("x-request-id", row.request_id);
  response.body = row.result;
  if (row.state != JobState::failed) return response;
  const world::JsonValue own = world::member_of(row.result, "agentcore");
  const world::JsonValue problem = world::member_of(own.raw, "problem");
  if (problem) response.body = std::string(problem.raw);
  const auto status = world::member_of(response.body, "status").integer();
  response.status = static_cast<int>(status.value_or(500));
  return response;
}

Problem too_old(std::uint64_t from) {
  Problem problem;
  problem.code = ProblemCode::cursor_too_old;
  problem.detail = "The events from number " + std::to_string(from) +
                   " on are no longer all there; those that are kept begin later.";
  problem.execution = Execution::unknown;
  return problem;
}

}  // namespace

// The first request under this key is still at work: this one would do nothing that it does not.
Task<void> Pipeline::refuse_twin(HttpServerConnection& connection, JobPtr job) {
  Problem problem;
  problem.code = ProblemCode::request_in_progress;
  problem.detail = "The first request with this Idempotency-Key is still being worked on.";
  problem.retry_after = seconds(1);
  world::HttpResponse response = response_of(problem, context_of(*job));
  const world::Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

// The same request once more: it is followed if it still runs, and otherwise its answer is given
// again. Nothing is done twice.
Task<void> Pipeline::answer_again(HttpServerConnection& connection, JobRow row, bool streams) {
  JobPtr job = jobs_.find(row.id);
  if (job && job->attempt == 1) {
    co_await refuse_twin(connection, std::move(job));
    co_return;
  }
  // Work that a crash has interrupted may take long: its caller is not told to come back for ever.
  if (job && job->request.background && !job->request.stream) {
    co_await acknowledge(connection, std::move(job));
    co_return;
  }
  if (job) {
    Following how;
    how.keeps = true;
    how.owns = false;
    how.replayed = true;
    co_await attend(connection, std::move(job), how);
    co_return;
  }
  if (streams && row.state != JobState::failed) {
    co_await tell_stored(connection, std::move(row), 0, true);
    co_return;
  }
  world::HttpResponse response = response_of_row(row);
  response.headers.add("idempotent-replayed", "true");
  const world::Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

// False when the user has left before the work had ended, which then is cancelled.
Task<bool> Pipeline::while_user_stays(HttpServerConnection& connection, Task<void> work) {
  if (config_.notice_leaving) {
    co_return co_await unless_user_leaves(clock_, connection, std::move(work));
  }
  co_await std::move(work);
  co_return true;
}

Task<void> Pipeline::attend(HttpServerConnection& connection, JobPtr job, Following how) {
  if (how.owns && job->request.background && !job->request.stream) {
    co_await promise(connection, std::move(job));
    co_return;
  }
  bool stays = true;
  if (how.owns && job->request.wait && job->stored && !job->request.stream) {
    bool in_time = false;
    Task<void> waiting = wait_as_asked(job, in_time);
    stays = co_await while_user_stays(connection, std::move(waiting));
    if (stays && !in_time) {  // it goes on without the call
      go_on(*job);
      co_await acknowledge(connection, std::move(job));
      co_return;
    }
  }
  how.patience = config_.queue.reader_timeout;
  if (stays) {
    Task<void> following = follow(connection, jobs_.store(), job, how);
    stays = co_await while_user_stays(connection, std::move(following));
  }
  if (!stays) connection.close_after();
  if (how.behind && !how.begun) {
    Problem problem = too_old(how.from);
    co_await refuse(connection, std::move(problem), job->request_id);
  }
  if (!how.owns) co_return;
  if (how.told) {
    jobs_.tell_end(*job);
  } else if (how.behind && job->stored) {
    go_on(*job);  // its reader may come back for what there is
  } else {
    co_await leave(std::move(job));
  }
}

// Until the end, but no longer than its caller wants to wait.
Task<void> Pipeline::wait_as_asked(JobPtr job, bool& in_time) {
  Task<bool> ending = ended(job);
  auto waiting = world::with_deadline(clock_, job->received + *job->request.wait,
                                      std::move(ending));
  const std::optional<bool> came = co_await waiting;
  in_time = came.has_value();
}

// Until it has a place, or has ended without one.
Task<void> Pipeline::decided(JobPtr job) {
  while (!job->accepted && !job->outcome && !job->log.ended()) co_await job->turned.wait();
  while (job->problem && !job->log.ended()) co_await job->log.beyond(job->log.next());
}

// Of a job in the background: that it will be worked on, or why not.
Task<void> Pipeline::promise(HttpServerConnection& connection, JobPtr job) {
  Task<void> deciding = decided(job);
  const bool stays = co_await while_user_stays(connection, std::move(deciding));
  if (!stays) {
    connection.close_after();
    co_return;
  }
  if (!job->problem) {
    co_await acknowledge(connection, std::move(job));
    co_return;
  }
  HttpResponse response = response_of(*job->problem, context_of(*job));
  add_facts(*job, response.headers);
  const Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
  jobs_.tell_end(*job);
}

Task<void> Pipeline::refuse(HttpServerConnection& connection, Problem problem,
                            std::string request) {
  ProblemContext context;
  context.request = request;
  context.honest = config_.honest_errors;
  HttpResponse response = response_of(problem, context);
  const Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

// One that has ended, as the store has it. What it has not from there on without a gap is not told
// as if it were all.
Task<void> Pipeline::tell_stored(HttpServerConnection& connection, JobRow row,
                                 std::uint64_t from, bool again) {
  const StoreResult<JobStore::Events> events = co_await jobs_.store().events(row.id, from);
  if (!events) {
    Problem problem;
    problem.code = ProblemCode::store_unavailable;
    problem.detail = "The events of this response cannot be read now.";
    co_await refuse(connection, std::move(problem), row.request_id);
    co_return;
  }
  if (!events->empty() && events->front().first > from) {
    Problem problem = too_old(from);
    co_await refuse(connection, std::move(problem), row.request_id);
    co_return;
  }
  std::string all;
  std::uint64_t next = from;
  bool has_end = false;
  bool has_gap = false;
  for (const auto& [number, event] : *events) {
    has_gap = has_gap || number != next;
    if (has_gap) break;
    all += event;
    next = number + 1;
    has_end = has_end || is_terminal_event(event);
  }
  if (is_terminal(row.state) && !has_end && from > 0) {
    const StoreResult<JobStore::Events> before = co_await jobs_.store().events(row.id, 0);
    has_end = !before || (!before->empty() && is_terminal_event(before->back().second));
  }
  if (is_terminal(row.state) && !has_end && !has_gap) all += terminal_event(row, next);
  HttpResponse head;
  head.headers.add("content-type", "text/event-stream; charset=utf-8");
  head.headers.add("cache-control", "no-cache");
  head.headers.add("x-request-id", row.request_id);
  if (again) head.headers.add("idempotent-replayed", "true");
  const Result<void> begun = co_await connection.begin_stream(std::move(head));
  bool sent = begun.has_value();
  if (sent) sent = co_await tell_events(connection, std::move(all), config_.queue.reader_timeout);
  if (sent && !has_gap) {
    const Result<void> ended = co_await connection.end_stream();
    sent = ended.has_value();
  }
  if (!sent || has_gap) connection.close_after();
}

Task<bool> Pipeline::ended(JobPtr job) {
  while (!job->log.ended()) co_await job->log.beyond(job->log.next());
  co_return true;
}

// It is kept, and will be worked on: where to ask for it.
Task<void> Pipeline::acknowledge(HttpServerConnection& connection, JobPtr job) {
  world::HttpResponse response;
  response.status = 202;
  response.headers.add("content-type", "application/json");
  response.headers.add("x-request-id", job->request_id);
  response.headers.add("location", "/v1/responses/" + job->id);
  if (job->request.prefers_async) response.headers.add("preference-applied", "respond-async");
  response.body = job->writer->object();
  const world::Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

// Without the call that made it, from here on.
void Pipeline::go_on(Job& job) {
  job.request.background = true;
  job.log.let_go();
  if (job.log.ended()) jobs_.tell_end(job);
}

// Who made the job has left before its end, or takes nothing of it any more.
Task<void> Pipeline::leave(JobPtr job) {
  if (job->request.background) co_return;
  if (!job->request.cancel_on_leaving || !job->request.idempotency_key.empty()) {
    go_on(*job);
    co_return;
  }
  if (config_.defect == Defect::upstream_not_cancelled) {  // planted bug
    job->left = true;
    job->log.let_go();
    while (!job->log.ended()) co_await job->log.beyond(job->log.next());
  } else {
    co_await jobs_.cancel(job);
    if (config_.defect == Defect::loses_on_disconnect) co_return;  // planted bug
  }
  jobs_.tell_left(*job);
}

}  // namespace agent
