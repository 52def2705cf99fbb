#include "fakes/exchange.hpp"

#include <algorithm>
#include <utility>

#include "fakes/background.hpp"
#include "fakes/replay.hpp"
#include "fakes/retry_after.hpp"
#include "fakes/stream_writer.hpp"
#include "world/deadline.hpp"
#include "world/json_text.hpp"

namespace fakes {

using world::Instant;
using world::Task;

Exchange::Exchange(world::Clock& clock, Established& established, const Dialect& d, Timing t)
    : connection(established.connection),
      out(established.out),
      body(established.body),
      dialect(d),
      timing(t),
      clock_(clock),
      pace_(&clock),
      begun_(clock.now()),
      free_at_(begun_),
      established_(established) {
  record.at = begun_;
  out.clear();
  body.clear();
}

void Exchange::begin(world::Clock& pace, bool watched) {
  pace_ = &pace;
  begun_ = free_at_ = pace.now();
  watched_ = watched;
}

void Exchange::add_head(int status, std::string_view content_type, std::string_view framing) {
  record.status = status;
  facts.processing_ms = (now() - record.at).count() / 1'000'000;
  facts.unix_s = unix_s();
  out += "HTTP/1.1 ";
  world::append_integer(out, status);
  out += ' ';
  out += world::reason_phrase(status);
  out += "\r\ncontent-type: ";
  out += head.content_type.empty() ? content_type : std::string_view(head.content_type);
  out += "\r\n";
  dialect.write_headers(out, facts);
  if (!connection.keep_alive()) out += "connection: close\r\n";
  out += framing;
  out += head.further;
  out += "\r\n";
  if (status < 400) return;
  const world::Nanos wait = told_to_wait(framing, clock_.unix_nanos());
  record.retry_after =
      wait >= world::Nanos{0} ? wait : told_to_wait(head.further, clock_.unix_nanos());
}

void Exchange::add_response(int status, std::string_view content_type, std::string_view bytes) {
  std::string framing = "content-length: ";
  world::append_integer(framing, static_cast<std::int64_t>(bytes.size()));
  framing += "\r\n";
  add_head(status, content_type, framing);
  out += bytes;
}

Task<bool> Exchange::send(Instant due) {
  bool sent;
  if (shape) {
    sent = co_await send_pieces(due);
  } else {
    sent = co_await write(0, out.size(), due);
  }
  out.clear();
  has_instant_ = true;
  co_return sent;
}

Task<bool> Exchange::send_now() {
  has_instant_ = false;
  return send(pace_now());
}

namespace {
std::size_t head_bytes(std::string_view response) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t end = response.find(kEnd);
  return end == std::string_view::npos ? response.size() : end + kEnd.size();
}
}  // namespace

Task<bool> Exchange::send_pieces(Instant due) {
  const std::size_t narrow = shape->only_head ? head_bytes(out) : out.size();
  for (std::size_t done = 0; done < narrow;) {
    const std::size_t piece = shape->next_piece(narrow - done);
    if (piece == 0) {
      record.end = End::faulted;
      connection.close_after();
      co_return false;
    }
    const Instant leaves = shape->leave(piece, due);
    co_await wait_until(leaves);
    const bool written = co_await write(done, piece, leaves);
    if (!written) co_return false;
    done += piece;
  }
  if (!shape->only_head) co_return true;
  shape.reset();
  if (narrow == out.size()) co_return true;
  co_return co_await write(narrow, out.size() - narrow, now());
}

Task<bool> Exchange::write(std::size_t from, std::size_t size, Instant due) {
  const Fault* struck = established_.struck;
  if (struck != nullptr && std::holds_alternative<BlackHole>(struck->action)) {
    record.end = End::faulted;
    co_await stay_silent();  // the black hole opened meanwhile
    co_return false;
  }
  const Instant before = now();
  const Instant here = pace_ == &clock_ ? before : pace_now();
  const world::Nanos late = here - std::max(due, free_at_);
  const std::string_view bytes = std::string_view(out).substr(from, size);
  // TCP takes what is written to a peer that has closed; only the next write would fail. (A client
  // that has said all that it will say, and still listens, is taken for one that left.)
  const bool waited = record.first_write == world::kNever && before > record.at;
  if (waited && connection.stream().stale()) left_before_ = true;
  const world::Result<void> sent = co_await connection.stream().write_all(bytes);
  if (!sent) {
    record.end = established_.struck != nullptr ? End::faulted : End::peer_gone;
    connection.close_after();
    co_return false;
  }
  if (record.first_write == world::kNever) record.first_write = before;
  record.last_write = now();
  free_at_ = pace_ == &clock_ ? record.last_write : pace_now();
  note_written(late);
  co_return true;
}

void Exchange::note_written(world::Nanos late) {
  const std::int64_t events = std::exchange(events_waiting, 0);
  record.events += events;
  if (events > 0) ++record.writes;
  if (!has_instant_) return;
  record.late_max = std::max(record.late_max, late);
  if (emission != nullptr) emission->wrote(events, late);
}

Task<void> Exchange::wait_until(Instant at) {
  if (at <= pace_now()) co_return;
  if (!watched_ || record.first_write != world::kNever) {
    co_await pace_->sleep_until(at);
    co_return;
  }
  const bool still_there = co_await watch_until(at);
  if (!still_there) connection.reset();  // so the next write fails, and nobody works on
}

Task<bool> Exchange::wait_for_event(Instant due) {
  if (stored == nullptr) {
    co_await wait_until(due);
    co_return true;
  }
  co_return co_await wait_for_stored_event(clock_, *this, due);
}

void Exchange::make_answer() {
  if (on_due) std::exchange(on_due, nullptr)();
}

void Exchange::write_plain() {
  make_answer();
  body.clear();
  dialect.write_answer(body, answer);
}

void Exchange::note_unheard() {
  if (record.end == End::peer_gone && !watched_) record.tokens_for_nobody = answer.units();
}

void Exchange::settle_record() {
  if (!left_before_ || record.end != End::completed) return;
  record.end = End::peer_gone;
  record.tokens_for_nobody += std::exchange(record.tokens, 0);
}

Task<void> Exchange::stay_silent() { co_await connection.wait_for_close(); }

namespace {
Task<bool> until_peer_goes(world::HttpServerConnection& connection) {
  co_await connection.wait_for_close();
  co_return true;
}

Task<bool> watch_peer(world::HttpServerConnection& connection) {
  co_await connection.watch_for_close();
  co_return true;
}
}  // namespace

Task<bool> Exchange::watch_until(Instant at) {
  Task<bool> going = watch_peer(connection);
  auto waiting = world::with_deadline(*pace_, at, std::move(going));
  const std::optional<bool> gone = co_await waiting;
  co_return !gone.has_value();
}

Task<bool> Exchange::stay_silent_for(world::Nanos duration) {
  Task<bool> going = until_peer_goes(connection);
  auto waiting = world::with_deadline(clock_, now() + duration, std::move(going));
  const std::optional<bool> gone = co_await waiting;
  if (gone.has_value()) record.end = End::peer_gone;
  free_at_ = pace_now();
  co_return !gone.has_value();
}

Task<Instant> await_plain(Exchange& x) {
  const Instant due = x.begun() + x.timing.to_last_token(x.answer.units());
  co_await x.wait_until(due);
  x.write_plain();
  co_return due;
}

Task<void> answer_normally(Exchange& x) {
  if (x.recorded != nullptr) {
    co_await answer_recorded(x);
    co_return;
  }
  if (x.stored != nullptr) store_as_it_is(x);
  if (x.record.stream) {
    StreamWriter writer(x);
    bool alive = co_await writer.write_until(writer.events());
    if (alive) alive = co_await writer.write_end();
    if (alive) x.record.end = End::completed;
    co_return;
  }
  if (x.stored != nullptr) {
    co_await answer_queued(x);
    co_return;
  }
  const Instant due = co_await await_plain(x);
  if (x.on_body) x.on_body(x.body);
  x.add_response(200, "application/json", x.body);
  const bool sent = co_await x.send(due);
  if (!sent) {
    x.note_unheard();
    co_return;
  }
  x.record.tokens = x.answer.units();
  x.record.end = End::completed;
}

Task<void> answer_refusal(Exchange& x, Refusal refusal, std::string_view further_headers) {
  x.body.clear();
  x.note_error(refusal);
  x.dialect.write_refusal(x.body, refusal, x.facts.request_id);
  std::string framing = "content-length: ";
  world::append_integer(framing, static_cast<std::int64_t>(x.body.size()));
  framing += "\r\n";
  framing += further_headers;
  x.add_head(refusal.status, "application/json", framing);
  x.out += x.body;
  const bool sent = co_await x.send_now();
  static_cast<void>(sent);  // the record says so
}

}  // namespace fakes
