#include "fakes/stream_writer.hpp"

#include <algorithm>
#include <utility>

#include "fakes/background.hpp"

namespace fakes {

using world::Task;

namespace {
constexpr std::string_view kNoCache = "cache-control: no-cache\r\n";
constexpr std::string_view kChunkedFraming =
    "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n";
}  // namespace

StreamWriter::StreamWriter(Exchange& x)
    : x_(x),
      cursor_(x.dialect, x.answer),
      events_(events_of(x.dialect, x.answer)),
      due_(x.begun()) {
  find_due();
}

void StreamWriter::skip_to(std::int64_t event) {
  while (cursor_.event() < std::min(event, events_) && due_ != world::kNever) advance();
}

Task<bool> StreamWriter::write_until(std::int64_t until) {
  for (;;) {
    const bool comes = co_await x_.wait_for_event(due_);
    if (!comes) co_return co_await break_off();
    const world::Instant due = due_;
    if (!head_sent_) {
      head_sent_ = true;
      x_.add_head(200, "text/event-stream; charset=utf-8", chunked_ ? kChunkedFraming : kNoCache);
    }
    // Time only goes on: what was due at a moment needs no new look at the clock.
    world::Instant seen = x_.pace_now();
    const auto is_due = [&] { return due_ <= seen || due_ <= (seen = x_.pace_now()); };
    while (cursor_.event() < until && body_left_ > 0 && is_due() && reaches(x_, due_)) {
      add_event();
      advance();
    }
    if (!x_.out.empty()) {
      const bool sent = co_await x_.send(due);
      if (!sent && x_.record.end == End::peer_gone) x_.record.tokens_for_nobody += tokens_;
      if (!sent) co_return false;
    }
    x_.record.tokens += std::exchange(tokens_, 0);
    if (cursor_.event() >= until || body_left_ <= 0) co_return true;
  }
}

Task<bool> StreamWriter::write_end() {
  x_.out += world::kLastChunk;
  co_return co_await x_.send(x_.pace_now());
}

void StreamWriter::add_event() {
  event_.clear();
  const bool last = cursor_.place().unit == x_.answer.units();
  if (x_.on_due && last && cursor_.place().stage == Stage::unit) x_.make_answer();
  x_.dialect.write_event(event_, x_.answer, cursor_.place(), cursor_.event());
  if (on_event_) on_event_(event_, cursor_.place(), cursor_.event());
  if (static_cast<std::int64_t>(event_.size()) > body_left_) {
    event_.resize(static_cast<std::size_t>(body_left_));
  }
  body_left_ -= static_cast<std::int64_t>(event_.size());
  if (event_.empty()) return;
  if (chunked_) {
    world::write_chunk(x_.out, event_);
  } else {
    x_.out += event_;
  }
  if (cursor_.place().stage == Stage::unit) ++tokens_;
}

void StreamWriter::advance() {
  cursor_.next();
  find_due();
}

// An event is due with the one before it, unless something has to happen first: the answer leaves
// its queue, the model says its first unit, or one more.
void StreamWriter::find_due() {
  const Pace pace = x_.dialect.pace(x_.answer, cursor_.place());
  if (reached_ < Pace::when_started && pace >= Pace::when_started && x_.stored != nullptr) {
    due_ = x_.stored->starts == world::kNever ? world::kNever
                                              : due_ + (x_.stored->starts - x_.stored->at);
  }
  if (due_ == world::kNever) return;
  if (reached_ < Pace::with_units && pace == Pace::with_units) due_ += x_.timing.to_first_token();
  reached_ = std::max(reached_, pace);
  if (cursor_.place().stage == Stage::unit) due_ += x_.timing.gap_before(cursor_.place().unit);
}

// The answer was cancelled: its stream just ends.
Task<bool> StreamWriter::break_off() {
  if (x_.record.end == End::peer_gone) co_return false;
  const bool sent = co_await write_end();
  if (sent && !x_.record.fault) x_.record.end = End::peer_gone;
  co_return false;
}

}  // namespace fakes
