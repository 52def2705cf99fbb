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
      at_{StreamCursor(x.dialect, x.answer), x.begun()},
      events_(events_of(x.dialect, x.answer)) {
  find_due(at_);
}

void StreamWriter::skip_to(std::int64_t event) {
  while (at_.cursor.event() < std::min(event, events_) && at_.due != world::kNever) advance(at_);
}

Task<bool> StreamWriter::write_until(std::int64_t until) {
  for (;;) {
    const world::Instant due = next_leave(until);
    const bool comes = co_await x_.wait_for_event(due);
    if (!comes) co_return co_await break_off();
    if (!head_sent_) {
      head_sent_ = true;
      x_.add_head(200, "text/event-stream; charset=utf-8", chunked_ ? kChunkedFraming : kNoCache);
    }
    // Time only goes on: what was due at a moment needs no new look at the clock.
    world::Instant seen = x_.pace_now();
    const auto is_due = [&] { return at_.due <= seen || at_.due <= (seen = x_.pace_now()); };
    while (at_.cursor.event() < until && body_left_ > 0 && is_due() && reaches(x_, at_.due)) {
      add_event();
      advance(at_);
    }
    if (!x_.out.empty()) {
      const bool sent = co_await x_.send(due);
      if (!sent && x_.record.end == End::peer_gone) x_.record.tokens_for_nobody += tokens_;
      if (!sent) co_return false;
    }
    x_.record.tokens += std::exchange(tokens_, 0);
    make_room();
    if (at_.cursor.event() >= until || body_left_ <= 0) co_return true;
  }
}

Task<bool> StreamWriter::write_end() {
  x_.out += world::kLastChunk;
  co_return co_await x_.send_now();
}

// What waits needs no room for what it has written: thousands that coalesce would keep it all.
void StreamWriter::make_room() {
  if (at_.cursor.event() < events_ && x_.out.capacity() > kRoomKept) std::string().swap(x_.out);
}

void StreamWriter::add_event() {
  event_.clear();
  const StreamCursor& cursor = at_.cursor;
  const bool is_unit = cursor.place().stage == Stage::unit;
  if (x_.on_due && is_unit && cursor.place().unit == x_.answer.units()) x_.make_answer();
  x_.dialect.write_event(event_, x_.answer, cursor.place(), cursor.event());
  if (on_event_) on_event_(event_, cursor.place(), cursor.event());
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
  ++x_.events_waiting;
  if (!is_unit) return;
  ++tokens_;
  has_spoken_ = true;
}

void StreamWriter::advance(Walk& walk) const {
  walk.cursor.next();
  find_due(walk);
}

// When the next write leaves: with the event at the cursor, or with the last of those that are
// gathered with it.
world::Instant StreamWriter::next_leave(std::int64_t until) const {
  const world::Nanos window = x_.timing.coalesce();
  if (window <= world::Nanos{0} || !has_spoken_ || at_.due == world::kNever) return at_.due;
  Walk ahead = at_;
  world::Instant leaves = at_.due;
  while (ahead.cursor.event() + 1 < until) {
    advance(ahead);
    if (ahead.due == world::kNever || ahead.due > at_.due + window) break;
    leaves = ahead.due;
  }
  return leaves;
}

// An event is due with the one before it, unless something has to happen first: the answer leaves
// its queue, the model says its first unit, or one more.
void StreamWriter::find_due(Walk& walk) const {
  const Place& place = walk.cursor.place();
  const Pace pace = x_.dialect.pace(x_.answer, place);
  if (walk.reached < Pace::when_started && pace >= Pace::when_started && x_.stored != nullptr) {
    walk.due = x_.stored->starts == world::kNever
                   ? world::kNever
                   : walk.due + (x_.stored->starts - x_.stored->at);
  }
  if (walk.due == world::kNever) return;
  if (walk.reached < Pace::with_units && pace == Pace::with_units) {
    walk.due += x_.timing.to_first_token();
  }
  walk.reached = std::max(walk.reached, pace);
  if (place.stage == Stage::unit) walk.due += x_.timing.gap_before(place.unit);
}

// The answer was cancelled: its stream just ends.
Task<bool> StreamWriter::break_off() {
  if (x_.record.end == End::peer_gone) co_return false;
  const bool sent = co_await write_end();
  if (sent && !x_.record.fault) x_.record.end = End::peer_gone;
  co_return false;
}

}  // namespace fakes
