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

Task<void> Pipeline::attend(HttpServerConnection& connection, JobPtr job, Following how) {
  if (how.owns && job->request.background && !job->request.stream) {
    while (!job->accepted && !job->log.ended()) co_await job->turned.wait();
    if (!job->problem) {
      co_await acknowledge(connection, std::move(job));
      co_return;
    }
  }
  if (how.owns && job->request.wait && job->stored && !job->request.stream) {
    Task<bool> ending = ended(job);
    auto waiting = world::with_deadline(clock_, job->received + *job->request.wait,
                                        std::move(ending));
    const std::optional<bool> in_time = co_await waiting;
    if (!in_time) {  // it goes on without the call
      job->request.background = true;
      co_await acknowledge(connection, std::move(job));
      co_return;
    }
  }
  Task<void> following = follow(connection, job, how);
  bool stayed = true;
  if (config_.notice_leaving) {
    stayed = co_await unless_user_leaves(clock_, connection, std::move(following));
  } else {
    co_await following;
  }
  if (!stayed) connection.close_after();
  if (!how.owns) co_return;
  if (how.told && !job->request.background) jobs_.tell_end(*job);
  if (!how.told) co_await leave(std::move(job));
}

// One that has ended, or whose first events its log has no more: as far as the store knows.
Task<void> Pipeline::tell_stored(HttpServerConnection& connection, JobRow row,
                                 std::uint64_t from, bool again) {
  const StoreResult<JobStore::Events> events = co_await jobs_.store().events(row.id, from);
  HttpResponse head;
  head.headers.add("content-type", "text/event-stream; charset=utf-8");
  head.headers.add("cache-control", "no-cache");
  head.headers.add("x-request-id", row.request_id);
  if (again) head.headers.add("idempotent-replayed", "true");
  Result<void> sent = co_await connection.begin_stream(std::move(head));
  std::string all;
  std::uint64_t next = from;
  bool has_end = false;
  if (events) {
    for (const auto& [number, event] : *events) {
      all += event;
      next = number + 1;
      has_end = has_end || is_terminal_event(event);
    }
  }
  if (is_terminal(row.state) && !has_end && from > 0) {
    const StoreResult<JobStore::Events> before = co_await jobs_.store().events(row.id, 0);
    has_end = !before || (!before->empty() && is_terminal_event(before->back().second));
  }
  if (is_terminal(row.state) && !has_end && events) all += terminal_event(row, next);
  if (sent && !all.empty()) sent = co_await connection.send_chunk(std::move(all));
  JobPtr job = jobs_.find(row.id);
  while (sent && job) {  // it goes on: behind what the store had
    co_await job->log.beyond(next);
    std::string more = job->log.take(next);
    if (more.empty()) break;
    sent = co_await connection.send_chunk(std::move(more));
  }
  if (sent) sent = co_await connection.end_stream();
  if (!sent) connection.close_after();
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

// Who made the job has left before its end.
Task<void> Pipeline::leave(JobPtr job) {
  if (job->request.background) co_return;
  if (!job->request.cancel_on_leaving || !job->request.idempotency_key.empty()) {
    job->request.background = true;
    if (job->log.ended()) jobs_.tell_end(*job);
    co_return;
  }
  if (config_.defect == Defect::upstream_not_cancelled) {  // planted bug
    job->left = true;
    while (!job->log.ended()) co_await job->log.beyond(job->log.next());
  } else {
    co_await jobs_.cancel(job);
    if (config_.defect == Defect::loses_on_disconnect) co_return;  // planted bug
  }
  jobs_.tell_left(*job);
}

}  // namespace agent
