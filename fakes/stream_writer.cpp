#include "fakes/stream_writer.hpp"

namespace fakes {

using world::Task;

StreamWriter::StreamWriter(Exchange& x)
    : x_(x), events_(x.dialect.events(x.answer)), due_(x.record.at + x.timing.to_first_token()) {}

Task<bool> StreamWriter::write_until(std::int64_t until) {
  for (;;) {
    co_await x_.wait_until(due_);
    const world::Instant due = due_;
    if (!head_sent_) {
      head_sent_ = true;
      x_.add_head(200, "text/event-stream; charset=utf-8",
                  "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n");
    }
    const std::int64_t first = next_;
    while (next_ < until && body_left_ > 0 && due_ <= x_.now()) {
      add_event();
      advance();
    }
    if (!x_.out.empty()) {
      const bool sent = co_await x_.send(due);
      if (!sent) co_return false;
      const std::int64_t before = x_.dialect.token_event(1);
      for (std::int64_t event = first; event < next_; ++event) {
        if (event >= before && event < before + x_.answer.tokens) ++x_.record.tokens;
      }
    }
    if (next_ >= until || body_left_ <= 0) co_return true;
  }
}

Task<bool> StreamWriter::write_end() {
  x_.out += world::kLastChunk;
  co_return co_await x_.send(x_.now());
}

void StreamWriter::add_event() {
  event_.clear();
  x_.dialect.write_event(event_, x_.answer, x_.words, next_);
  if (static_cast<std::int64_t>(event_.size()) > body_left_) {
    event_.resize(static_cast<std::size_t>(body_left_));
  }
  body_left_ -= static_cast<std::int64_t>(event_.size());
  world::write_chunk(x_.out, event_);
}

// The next event is due with this one, unless it carries a token after the first.
void StreamWriter::advance() {
  ++next_;
  const std::int64_t token = next_ - x_.dialect.token_event(1) + 1;
  if (token >= 2 && token <= x_.answer.tokens) due_ += x_.timing.gap_before(token);
}

}  // namespace fakes
