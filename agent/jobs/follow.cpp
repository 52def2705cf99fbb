#include "agent/jobs/follow.hpp"

#include "world/deadline.hpp"

namespace agent {

using world::HttpResponse;
using world::HttpServerConnection;
using world::Nanos;
using world::Result;
using world::Task;

namespace {

constexpr std::size_t kPieceBytes = 65'536;  // each that is taken shows that somebody reads

Task<bool> begin(HttpServerConnection& connection, const Job& job, Following& how) {
  how.begun = true;
  HttpResponse head;
  head.headers.add("content-type", "text/event-stream; charset=utf-8");
  head.headers.add("cache-control", "no-cache");
  head.headers.add("x-request-id", job.request_id);
  if (how.replayed) head.headers.add("idempotent-replayed", "true");
  add_facts(job, head.headers);
  const Result<void> sent = co_await connection.begin_stream(std::move(head));
  co_return sent.has_value();
}

Task<bool> send(HttpServerConnection& connection, std::string piece) {
  const Result<void> sent = co_await connection.send_chunk(std::move(piece));
  co_return sent.has_value();
}

Task<bool> send_in_time(HttpServerConnection& connection, std::string piece, Nanos patience) {
  world::Clock& clock = connection.clock();
  Task<bool> sending = send(connection, std::move(piece));
  auto waiting = world::with_deadline(clock, clock.now() + patience, std::move(sending));
  const std::optional<bool> sent = co_await waiting;
  if (!sent) connection.reset();
  co_return sent.value_or(false);
}

// What the log has dropped before this reader had it, as far as the store has it without a gap.
Task<std::string> take_stored(JobStore& store, JobPtr job, std::uint64_t& cursor) {
  std::string taken;
  if (!job->stored) co_return taken;
  const StoreResult<JobStore::Events> kept = co_await store.events(job->id, cursor);
  if (!kept) co_return taken;
  for (const auto& [number, event] : *kept) {
    if (number != cursor) break;
    taken += event;
    ++cursor;
  }
  co_return taken;
}

// Of a job that had no events.
HttpResponse answer_of(const Job& job) {
  if (job.response) return *job.response;
  Problem problem;
  problem.code = ProblemCode::interrupted;
  problem.detail = "The request was cancelled before it had an answer.";
  problem.execution = Execution::unknown;
  ProblemContext context;
  context.request = job.request_id;
  return response_of(problem, context);
}

// Its events up to the last one. False when the connection has failed.
Task<bool> follow_events(HttpServerConnection& connection, JobStore& store, JobPtr job,
                         Following& how) {
  std::uint64_t cursor = how.from;
  bool sent = true;
  // Who comes back hears at once that it is there, also if it has to wait for the next event.
  if (how.streams && !job->log.empty() && cursor >= job->log.first()) {
    sent = co_await begin(connection, *job, how);
  }
  while (sent) {
    co_await job->log.beyond(cursor);
    std::string events;
    if (cursor < job->log.first()) {
      events = co_await take_stored(store, job, cursor);
      how.behind = events.empty();
    } else {
      events = how.keeps ? job->log.take(cursor) : job->log.take_out(cursor);
    }
    if (events.empty()) break;
    if (!how.begun) sent = co_await begin(connection, *job, how);
    if (sent) sent = co_await tell_events(connection, std::move(events), how.patience);
  }
  const bool begins = job->cut || !job->log.empty();
  if (sent && !how.behind && !how.begun && begins) sent = co_await begin(connection, *job, how);
  co_return sent;
}

}  // namespace

Task<bool> tell_events(HttpServerConnection& connection, std::string events, Nanos patience) {
  if (patience <= Nanos{0}) co_return co_await send(connection, std::move(events));
  if (events.size() <= kPieceBytes) {
    co_return co_await send_in_time(connection, std::move(events), patience);
  }
  for (std::size_t at = 0; at < events.size(); at += kPieceBytes) {
    std::string piece = events.substr(at, kPieceBytes);
    const bool sent = co_await send_in_time(connection, std::move(piece), patience);
    if (!sent) co_return false;
  }
  co_return true;
}

Task<void> follow(HttpServerConnection& connection, JobStore& store, JobPtr job, Following& how) {
  bool sent = true;
  if (how.streams || job->request.stream) {
    sent = co_await follow_events(connection, store, job, how);
  } else {
    while (!job->log.ended()) co_await job->log.beyond(job->log.next());
  }
  if (!sent || job->cut || how.behind) {
    if (!how.behind || how.begun) connection.close_after();
    how.told = sent && !how.behind;
    co_return;
  }
  if (how.begun) {
    if (job->problem) connection.close_after();
    const Result<void> told = co_await connection.end_stream();
    sent = told.has_value();
  } else {
    HttpResponse response = answer_of(*job);
    if (how.replayed) response.headers.add("idempotent-replayed", "true");
    const Result<void> told = co_await connection.respond(std::move(response));
    sent = told.has_value();
  }
  if (!sent) connection.close_after();
  how.told = sent;
}

}  // namespace agent
