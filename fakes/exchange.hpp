// One chat request while a fake answers it: what was asked, what the answer will be and when it is
// due, and the writing of bytes with the record of it. The normal answer and the faults are
// functions on an Exchange. It lives in the frame of its connection's coroutine; one clock.
#pragma once

#include <functional>

#include "fakes/dialect.hpp"
#include "fakes/emission.hpp"
#include "fakes/fault_schedule.hpp"
#include "fakes/journal.hpp"
#include "fakes/shape.hpp"
#include "fakes/timing.hpp"
#include "world/http_server.hpp"

namespace fakes {

struct RecordedExchange;
struct StoredAnswer;

// A connection that a backend has accepted.
struct Established {
  Established(world::Clock& clock, std::unique_ptr<world::Stream> stream, world::HttpLimits limits)
      : connection(clock, std::move(stream), limits) {}

  world::HttpServerConnection connection;
  std::string_view port;          // name of its port, for faults that strike connections
  std::uint64_t ordinal = 0;      // of this connection at its port
  const Fault* struck = nullptr;  // the connection fault that broke or silenced it
  bool busy = false;              // a request is being answered
  std::uint64_t requests = 0;     // that have come on it
  std::string out;                // bytes to be written next
  std::string body;
};

// What a fault changes in the head of an answer.
struct HeadChange {
  std::string content_type;  // in place of the usual one, if not empty
  std::string further;       // header lines behind the usual ones, each with its line break
};

class Exchange {
 public:
  Exchange(world::Clock& clock, Established& established, const Dialect& dialect, Timing timing);

  // Appends a response head to `out`; the framing lines are the caller's: faults lie about them.
  void add_head(int status, std::string_view content_type, std::string_view framing);

  // Appends a whole response with the body.
  void add_response(int status, std::string_view content_type, std::string_view body);

  // The model begins to work on the answer: what it says is due by this clock from now on, which is
  // slower than that of the exchange while a server is loaded. If `watched`, a wait before the
  // first byte ends when the peer goes.
  void begin(world::Clock& pace, bool watched);

  // Writes and empties `out`, which was due at the instant (of the pace), as the shape lets it
  // through. False: nothing more can be sent: the peer has gone, a connection fault took the
  // connection, or the shape's limit is reached.
  world::Task<bool> send(world::Instant due);

  // The same with what has no instant of its own: it cannot be late.
  world::Task<bool> send_now();

  // Waits until the instant (of the pace) has come; returns at once when it has.
  world::Task<void> wait_until(world::Instant at);

  // Waits until an event of the answer that is due then may go out. False: it never will, because
  // the answer was cancelled, or is stuck in its queue and the peer has gone.
  world::Task<bool> wait_for_event(world::Instant due);

  // Says nothing until the peer goes.
  world::Task<void> stay_silent();

  // The same with a limit; false when the peer has gone before it.
  world::Task<bool> stay_silent_for(world::Nanos duration);

  // An answer that is made only when it is due is made now, once.
  void make_answer();

  // The body of a plain answer, in `body`.
  void write_plain();

  // The answer is this refusal.
  void note_error(const Refusal& refusal) {
    record.error = refusal.code.empty() ? refusal.type : refusal.code;
  }

  // The whole answer was made and could not be handed over: if the client has gone, it was made for
  // nobody.
  void note_unheard();

  // Settles the record of an answer that has ended: one that was handed to the network when the
  // client had already left has not reached anybody.
  void settle_record();

  world::Instant now() const { return clock_.now(); }
  std::int64_t unix_s() const { return clock_.unix_nanos() / 1'000'000'000; }
  world::Clock& clock() { return clock_; }

  // What the tokens are due by: when the model began, and how late it is for it. Without a
  // scheduler these are the arrival and now().
  world::Instant begun() const { return begun_; }

  // For an answer that was begun by an earlier request.
  void date_back(world::Instant at) { record.at = begun_ = at; }
  world::Instant pace_now() const { return pace_->now(); }

  world::HttpServerConnection& connection;
  std::string& out;
  std::string& body;
  const Dialect& dialect;
  Timing timing;
  Answer answer;
  HeaderFacts facts;
  PromptRecord record;
  std::shared_ptr<StoredAnswer> stored;  // of background answers; null otherwise
  const RecordedExchange* recorded = nullptr;  // is the answer, unless a fault takes its place
  std::string_view path;  // that was asked for; stands in the request
  std::optional<std::uint64_t> repeat_of;  // what its attempts are counted by, if by its content
  HeadChange head;
  std::optional<Shape> shape;
  Emission* emission = nullptr;     // counts the writes; null: nobody does
  std::int64_t events_waiting = 0;  // of a stream, in `out`

  // For faults: what was asked, what the backend remembers, and what they do with it.
  const ChatRequest* chat = nullptr;
  std::optional<Answer> previous;            // the same user's last answer here
  std::optional<std::uint64_t> key_came_as;  // the id of this answer, had its key not come before
  world::Nanos idle = world::Nanos::max();   // since the backend's last request
  std::function<void()> on_due;  // of a tool's answer: does the work, and says what came of it
  const BadTool* bad_tool = nullptr;  // how it is to be spoiled
  std::function<void(std::string&)> on_body;  // may change a plain answer's body before it goes out
  bool had_effect = true;  // a fault that finds nothing to strike says no, and has not fired

 private:
  world::Task<bool> watch_until(world::Instant at);
  world::Task<bool> send_pieces(world::Instant due);
  world::Task<bool> write(std::size_t from, std::size_t size, world::Instant due);
  void note_written(world::Nanos late);

  world::Clock& clock_;
  world::Clock* pace_;
  world::Instant begun_;
  bool watched_ = false;
  bool left_before_ = false;
  bool has_instant_ = true;   // what is being sent
  world::Instant free_at_;    // of the pace: before, nothing could be written but what was
  Established& established_;
};

// The answer as the provider gives it when nothing goes wrong.
world::Task<void> answer_normally(Exchange& x);

// Completes when a plain answer is due, at the instant that it returns, with the body in `x.body`.
world::Task<world::Instant> await_plain(Exchange& x);

// The provider's own error.
world::Task<void> answer_refusal(Exchange& x, Refusal refusal, std::string_view further_headers);

}  // namespace fakes
