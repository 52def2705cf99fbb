// Writes the events of a streamed answer, each at its own instant: when the model began (as a rule
// the request's arrival), plus the time to first token, plus the gaps so far. Instants are
// absolute, so a late write delays no later one; events that are due together leave in one write,
// each as one HTTP chunk. Lives beside its Exchange; one clock.
#pragma once

#include <functional>
#include <limits>

#include "fakes/exchange.hpp"

namespace fakes {

class StreamWriter {
 public:
  explicit StreamWriter(Exchange& x);

  std::int64_t events() const { return events_; }  // the terminal one included

  // Called with the bytes of each event before they go out; may change, empty or lengthen them.
  using OnEvent = std::function<void(std::string& bytes, const Place& place, std::int64_t number)>;
  void on_event(OnEvent change) { on_event_ = std::move(change); }

  // The events before this number are not written. Before the first write.
  void skip_to(std::int64_t event);

  // Writes the head, if it has not gone out, and the events before number `until`. False when
  // nothing more can be sent. Stops in the middle of an event when the body's limit is reached.
  world::Task<bool> write_until(std::int64_t until);

  // Ends the body as HTTP demands.
  world::Task<bool> write_end();

  // Everything that is not written yet leaves so much later.
  void delay(world::Nanos by) {
    if (due_ != world::kNever) due_ += by;
  }

  // Events go out as they are: the body ends with the connection. Before the first write.
  void without_chunks() { chunked_ = false; }

  // At most so many bytes of body (of events, without HTTP's framing) will be written.
  void limit_body(std::int64_t bytes) { body_left_ = bytes; }

 private:
  void add_event();
  void advance();
  void find_due();
  world::Task<bool> break_off();

  Exchange& x_;
  StreamCursor cursor_;
  std::int64_t events_;
  std::int64_t tokens_ = 0;  // units among the events that were added since the last write
  world::Instant due_;       // of the event at the cursor; kNever: of an answer that is stuck
  Pace reached_ = Pace::at_once;
  OnEvent on_event_;
  std::int64_t body_left_ = std::numeric_limits<std::int64_t>::max();
  bool head_sent_ = false;
  bool chunked_ = true;
  std::string event_;
};

}  // namespace fakes
