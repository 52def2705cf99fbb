#include "fakes/stream_writer.hpp"

#include <utility>

namespace fakes {

using world::Task;

StreamWriter::StreamWriter(Exchange& x)
    : x_(x),
      cursor_(x.dialect, x.answer),
      events_(events_of(x.dialect, x.answer)),
      due_(x.record.at + x.timing.to_first_token()) {}

Task<bool> StreamWriter::write_until(std::int64_t until) {
  for (;;) {
    co_await x_.wait_until(due_);
    const world::Instant due = due_;
    if (!head_sent_) {
      head_sent_ = true;
      x_.add_head(200, "text/event-stream; charset=utf-8",
                  "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n");
    }
    while (cursor_.event() < until && body_left_ > 0 && due_ <= x_.now()) {
      add_event();
      advance();
    }
    if (!x_.out.empty()) {
      const bool sent = co_await x_.send(due);
      if (!sent) co_return false;
    }
    x_.record.tokens += std::exchange(tokens_, 0);
    if (cursor_.event() >= until || body_left_ <= 0) co_return true;
  }
}

Task<bool> StreamWriter::write_end() {
  x_.out += world::kLastChunk;
  co_return co_await x_.send(x_.now());
}

void StreamWriter::add_event() {
  event_.clear();
  x_.dialect.write_event(event_, x_.answer, cursor_.place(), cursor_.event());
  if (on_event_) on_event_(event_, cursor_.place(), cursor_.event());
  if (static_cast<std::int64_t>(event_.size()) > body_left_) {
    event_.resize(static_cast<std::size_t>(body_left_));
  }
  body_left_ -= static_cast<std::int64_t>(event_.size());
  if (event_.empty()) return;
  world::write_chunk(x_.out, event_);
  if (cursor_.place().stage == Stage::unit) ++tokens_;
}

// The next event is due with this one, unless it carries a unit after the first.
void StreamWriter::advance() {
  cursor_.next();
  if (cursor_.place().stage == Stage::unit) due_ += x_.timing.gap_before(cursor_.place().unit);
}

}  // namespace fakes
