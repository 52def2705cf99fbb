#include "harness/client/event_stream.hpp"

namespace harness {

using reports::Operation;
using world::Result;

world::Task<bool> read_event_stream(world::Clock& clock, world::HttpExchange& exchange,
                                    StreamRules rules, TakeEvent take, Operation& op,
                                    Reply& reply) {
  world::SseReader reader(rules.bytes_max);
  std::vector<world::SseEvent> events;
  PieceTaker pieces(rules.bytes_max);
  std::optional<reports::Failure> broken;
  for (;;) {
    const Result<std::string_view> bytes = co_await exchange.read_some();
    if (!bytes) {
      // Behind the terminal event a rude close does no harm to the answer.
      if (reply.terminals == 0) broken = failure_of(bytes.error());
      break;
    }
    if (bytes->empty()) break;
    op.response_bytes += bytes->size();
    events.clear();
    const Result<void> read = reader.feed(*bytes, events);
    if (!read) co_return fail(op, failure_of(read.error()));
    const world::Instant now = clock.now();
    for (world::SseEvent& event : events) {
      const auto failure = take(StreamEvent{event, now, pieces, op, reply});
      if (failure) co_return fail(op, *failure);
    }
  }
  reply.repeated = stands_twice(reply.text);
  if (broken) co_return fail(op, *broken);
  if (rules.end_is_terminal && !reply.text.empty()) {
    reply.finished = true;
    ++reply.terminals;
  }
  if (!reply.finished || reply.terminals == 0) {
    co_return fail(op, reports::Failure::truncated_stream);
  }
  if (only_blanks(reply.text)) co_return fail(op, reports::Failure::empty_response);
  co_return succeed(op);
}

}  // namespace harness
