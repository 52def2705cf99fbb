#include "fakes/faults/sse.hpp"

#include "fakes/faults/edited.hpp"
#include "fakes/faults/strike.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

constexpr std::size_t kMergedMax = 1 << 20;  // held back at most

void replace_line_ends(std::string& bytes, std::string_view with) {
  std::string replaced;
  for (const char c : bytes) {
    if (c == '\r') continue;
    if (c == '\n') {
      replaced += with;
    } else {
      replaced += c;
    }
  }
  bytes = std::move(replaced);
}

// A line break between two tokens of JSON is white space.
void break_data(std::string& bytes) {
  edit_payload(bytes, [](std::string& json) {
    if (json.starts_with('{')) json.insert(1, "\ndata: ");
  });
}

// The first token grows, and with it the whole text where a dialect repeats it.
void enlarge(std::string& bytes, const Exchange& x, const Place& place, std::int64_t by) {
  const std::string token(x.answer.text.token(1));
  const std::string more(static_cast<std::size_t>(by), 'x');
  if (place.stage != Stage::unit) {
    const std::string whole = quoted_text(x.answer.text);
    std::string longer = whole;
    replace_all(bytes, whole, longer.insert(1 + token.size(), more));
    return;
  }
  if (place.step != 1 || !x.answer.is_text(place.part)) return;
  const std::size_t at = bytes.rfind('"' + token + '"');
  if (at != std::string::npos) bytes.insert(at + 1 + token.size(), more);
}

void add_fields(std::string& bytes, std::int64_t number) {
  std::string lines = "id: ";
  world::append_integer(lines, number);
  lines += "\nretry: 3000\n";
  bytes.insert(0, lines);
}

// All events but the last are held back, and leave with it.
void hold(std::string& bytes, std::string& held, bool last) {
  held += bytes;
  bytes.clear();
  if (last || held.size() >= kMergedMax) bytes.swap(held);
}

StreamWriter::OnEvent form_of(Sse fault, const Exchange& x) {
  const std::int64_t last = events_of(x.dialect, x.answer) - 1;
  return [fault, &x, last, held = std::string()](std::string& bytes, const Place& place,
                                                 std::int64_t number) mutable {
    switch (fault.how) {
      case SseForm::cr: replace_line_ends(bytes, "\r"); break;
      case SseForm::crlf: replace_line_ends(bytes, "\r\n"); break;
      case SseForm::bom:
        if (number == 0) bytes.insert(0, "\xEF\xBB\xBF");
        break;
      case SseForm::multi_line: break_data(bytes); break;
      case SseForm::fields: add_fields(bytes, number); break;
      case SseForm::merged: hold(bytes, held, number == last); break;
      case SseForm::data_in_comment: bytes.insert(0, ": data: [DONE]\n"); break;
      case SseForm::unknown_type:
        bytes.insert(0, "event: shakedown.unknown\ndata: {\"type\":\"shakedown.unknown\"}\n\n");
        break;
      case SseForm::giant:
        enlarge(bytes, x, place, fault.bytes == 0 ? 1 << 20 : fault.bytes);
        break;
      case SseForm::split:
      case SseForm::done_in_text: break;
    }
  };
}

// Each event in pieces, each of them a write and a chunk.
world::Task<void> stream_in_pieces(std::int64_t bytes, Exchange& x) {
  StreamWriter writer(x);
  std::string event;
  std::int64_t units = 0;
  writer.on_event([&event, &units](std::string& b, const Place& place, std::int64_t) {
    event.swap(b);
    b.clear();
    units = place.stage == Stage::unit ? 1 : 0;
  });
  const auto piece = static_cast<std::size_t>(std::max<std::int64_t>(1, bytes));
  for (std::int64_t n = 1; n <= writer.events(); ++n) {
    bool alive = co_await writer.write_until(n);
    for (std::size_t at = 0; alive && at < event.size(); at += piece) {
      world::write_chunk(x.out, std::string_view(event).substr(at, piece));
      alive = co_await x.send_now();
    }
    if (!alive) co_return;
    x.record.tokens += units;
  }
  const bool ended = co_await writer.write_end();
  if (ended) x.record.end = End::completed;
}

}  // namespace

world::Task<void> strike(Sse fault, Exchange& x) {
  if (fault.how == SseForm::split) {
    add_to_text(x.answer, " na\xC3\xAFve \xE6\xBC\xA2\xE5\xAD\x97 \xF0\x9F\x99\x82");
    co_await stream_in_pieces(fault.bytes, x);
    co_return;
  }
  if (fault.how == SseForm::done_in_text) {
    add_to_text(x.answer, " [DONE] data: [DONE] more");
  }
  if (fault.how == SseForm::giant && !x.answer.has_text) add_to_text(x.answer, "giant");
  StreamWriter::OnEvent form = form_of(fault, x);
  co_await stream_edited(x, std::move(form));
}

}  // namespace fakes
