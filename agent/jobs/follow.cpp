#include "agent/jobs/follow.hpp"

namespace agent {

using world::HttpResponse;
using world::HttpServerConnection;
using world::Result;
using world::Task;

namespace {

Task<bool> begin(HttpServerConnection& connection, const Job& job, bool replayed) {
  HttpResponse head;
  head.headers.add("content-type", "text/event-stream; charset=utf-8");
  head.headers.add("cache-control", "no-cache");
  head.headers.add("x-request-id", job.request_id);
  if (replayed) head.headers.add("idempotent-replayed", "true");
  add_facts(job, head.headers);
  const Result<void> sent = co_await connection.begin_stream(std::move(head));
  co_return sent.has_value();
}

}  // namespace

Task<void> follow(HttpServerConnection& connection, JobPtr job, Following& how) {
  std::uint64_t cursor = how.from;
  bool begun = false;
  bool sent = true;
  while (sent) {
    co_await job->log.beyond(cursor);
    std::string events = how.keeps ? job->log.take(cursor) : job->log.take_out(cursor);
    if (events.empty()) break;
    if (!begun) sent = co_await begin(connection, *job, how.replayed);
    begun = true;
    if (!sent) break;
    const Result<void> passed = co_await connection.send_chunk(std::move(events));
    sent = passed.has_value();
  }
  if (sent && job->cut && !begun) sent = co_await begin(connection, *job, how.replayed);
  if (!sent || job->cut) {
    connection.close_after();
    how.told = sent && job->cut;
    co_return;
  }
  if (!begun && job->response) {
    HttpResponse response = *job->response;
    if (how.replayed) response.headers.add("idempotent-replayed", "true");
    const Result<void> told = co_await connection.respond(std::move(response));
    sent = told.has_value();
  } else {
    if (job->problem) connection.close_after();
    const Result<void> told = co_await connection.end_stream();
    sent = told.has_value();
  }
  if (!sent) connection.close_after();
  how.told = sent;
}

}  // namespace agent
