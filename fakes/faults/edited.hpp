// Answers that keep their course and their pace while a fault changes their bytes: of a plain
// answer the body, of a stream what stands behind `data:` in its events. Also edits of an answer's
// text that keep its checksum right, so that a client finds out only what the fault is about.
// Values and coroutines on one Exchange; one clock.
#pragma once

#include "fakes/exchange.hpp"
#include "fakes/stream_writer.hpp"

namespace fakes {

// Where a piece of JSON stands in an answer.
struct EditPlace {
  bool streamed = false;
  Place place;                // of streams
  std::int64_t number = 0;    // of the event, from 0
  std::int64_t events = 1;    // that the answer has
};

using Edit = std::function<void(std::string& json, const EditPlace& place)>;

// The answer, whole, each JSON in it edited. What the edit leaves empty still goes out.
world::Task<void> answer_edited(Exchange& x, Edit edit);

// The whole stream, with the bytes of each event changed.
world::Task<void> stream_edited(Exchange& x, StreamWriter::OnEvent on_event);

// Applies the edit to what stands behind the first `data:` of an event. False: it has none.
bool edit_payload(std::string& event, const std::function<void(std::string&)>& edit);

// Gives an event another number in the stream, where events are numbered.
void renumber(std::string& event, std::int64_t number);

void replace_all(std::string& text, std::string_view what, std::string_view by);

// The whole text as events and bodies repeat it: in JSON's spelling and in quotes.
std::string quoted_text(const ReplyText& text);

// For faults that spoil an answer which then goes out whole: to the record it is no success.
void mark_spoiled(Exchange& x);

// The text without JSON's escapes.
std::string plain_text(const ReplyText& text);

// Puts words before the checksum, and makes it right again.
void add_to_text(Answer& answer, std::string_view words);

// Only the first so many tokens, as of an answer that was cut off.
void keep_tokens(Answer& answer, std::int64_t tokens);

}  // namespace fakes
