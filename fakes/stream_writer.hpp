// Writes the events of a streamed answer, each at its own instant: when the model began (as a rule
// the request's arrival), plus the time to first token, plus the gaps so far. Instants are
// absolute, so a late write delays no later one; events that are due together leave in one write,
// each as one HTTP chunk. A backend that coalesces holds back its tokens, but for the first, until
// the last one is due of those that are due so long after: the end of an answer is never later for
// it. Lives beside its Exchange; one clock.
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
    if (at_.due != world::kNever) at_.due += by;
  }

  // Events go out as they are: the body ends with the connection. Before the first write.
  void without_chunks() { chunked_ = false; }

  // At most so many bytes of body (of events, without HTTP's framing) will be written.
  void limit_body(std::int64_t bytes) { body_left_ = bytes; }

 private:
  // A walk over the events with the instants that they are due at.
  struct Walk {
    StreamCursor cursor;
    world::Instant due;  // of the event at the cursor; kNever: of an answer that is stuck
    Pace reached = Pace::at_once;
  };

  static constexpr std::size_t kRoomKept = 1'024;  // bytes between two writes

  void make_room();
  void add_event();
  void advance(Walk& walk) const;
  void find_due(Walk& walk) const;
  world::Instant next_leave(std::int64_t until) const;
  world::Task<bool> break_off();

  Exchange& x_;
  Walk at_;
  std::int64_t events_;
  std::int64_t tokens_ = 0;  // units among the events that were added since the last write
  bool has_spoken_ = false;  // a unit was written
  OnEvent on_event_;
  std::int64_t body_left_ = std::numeric_limits<std::int64_t>::max();
  bool head_sent_ = false;
  bool chunked_ = true;
  std::string event_;
};

}  // namespace fakes
