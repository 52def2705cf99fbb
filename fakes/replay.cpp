#include "fakes/replay.hpp"

#include "fakes/exchange.hpp"
#include "fakes/retry_after.hpp"

namespace fakes {

using world::Instant;
using world::Task;

namespace {
std::string call_of(std::string_view method, std::string_view path) {
  std::string call(method);
  call += ' ';
  call += path;
  return call;
}

bool is_bodiless(int status) { return status == 204 || status == 304; }
}  // namespace

Replay::Replay(std::shared_ptr<const Recording> recording) : recording_(std::move(recording)) {
  for (const RecordedExchange& exchange : recording_->exchanges) {
    ByBody& bodies = by_call_[call_of(exchange.method, exchange.path)];
    bodies[exchange.fingerprint].recorded.push_back(&exchange);
  }
}

const RecordedExchange* Replay::next(const world::HttpRequest& request) {
  const auto call = by_call_.find(call_of(request.method, request.path()));
  if (call == by_call_.end()) return nullptr;
  const auto found = call->second.find(fingerprint_of(request.body));
  if (found == call->second.end()) return nullptr;
  Same& same = found->second;
  return same.recorded[same.turn++ % same.recorded.size()];
}

bool Replay::knows(const world::HttpRequest& request) const {
  return by_call_.contains(call_of(request.method, request.path()));
}

void Replay::forget() {
  for (auto& [call, bodies] : by_call_) {
    for (auto& [fingerprint, same] : bodies) same.turn = 0;
  }
}

namespace {

void add_recorded_head(Exchange& x, bool chunked) {
  const RecordedExchange& recorded = *x.recorded;
  x.record.status = recorded.status;
  if (recorded.status >= 400) {
    const auto unix_ns = x.clock().unix_nanos();
    x.record.retry_after = told_to_wait(recorded.headers.get("retry-after-ms"),
                                        recorded.headers.get("retry-after"), unix_ns);
  }
  std::string framing;
  if (chunked) framing += "transfer-encoding: chunked\r\n";
  if (!x.connection.keep_alive()) framing += "connection: close\r\n";
  framing += x.head.further;
  if (x.head.content_type.empty()) {
    world::write_response_head(x.out, recorded.status, recorded.headers, framing);
    return;
  }
  world::HttpHeaders headers = recorded.headers;
  headers.set("content-type", x.head.content_type);
  world::write_response_head(x.out, recorded.status, headers, framing);
}

}  // namespace

Task<void> answer_recorded(Exchange& x) {
  const RecordedExchange& recorded = *x.recorded;
  const Instant begun = x.begun() + x.timing.of_the_way();
  const bool sized = recorded.headers.contains("content-length");
  const bool chunked = !sized && !is_bodiless(recorded.status);
  Instant due = begun + recorded.head_at;
  co_await x.wait_until(due);
  add_recorded_head(x, chunked);
  for (const RecordedChunk& chunk : recorded.chunks) {
    const Instant at = begun + chunk.at;
    if (at > due && !x.out.empty()) {
      const bool sent = co_await x.send(due);  // the head came alone
      if (!sent) co_return;
    }
    due = at;
    co_await x.wait_until(due);
    if (chunked) {
      world::write_chunk(x.out, chunk.bytes);
    } else {
      x.out += chunk.bytes;
    }
    const bool sent = co_await x.send(due);
    if (!sent) co_return;
  }
  const bool broke_off = recorded.end == RecordedEnd::reset;
  if (broke_off || chunked) {
    due = begun + recorded.ended_at;
    co_await x.wait_until(due);
  }
  if (chunked && !broke_off) x.out += world::kLastChunk;
  if (!x.out.empty()) {
    const bool sent = co_await x.send(due);
    if (!sent) co_return;
  }
  if (broke_off) x.connection.reset();
  x.record.end = recorded.status >= 400 ? End::rejected : End::completed;
}

}  // namespace fakes
