// StreamRelay: takes the bytes of a provider's event stream and gives out the same events framed
// anew, chunk by chunk as they come, collecting what they say. With checks it holds events back
// until there is an answer in them (the commit point: before it, another attempt can still be made
// and the user has seen nothing), and it keeps calls of the core's own tools to itself. One
// request; one clock.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/api/sanitise.hpp"
#include "agent/providers/completion.hpp"
#include "world/sse.hpp"

namespace agent {

struct RelayRules {
  std::size_t bytes_max = 0;
  bool checks = false;
  bool own_tools = false;
  bool pieces = false;  // gives out what is said (JSON text without quotes), not events
  bool json_wanted = false;  // an object may be the answer
  bool sanitise = false;     // keys and control characters are taken out of what is said
  Defect defect = Defect::none;
};

class StreamRelay {
 public:
  explicit StreamRelay(RelayRules rules) : rules_(rules), reader_(rules.bytes_max) {}

  // Appends the events that the bytes complete, before the terminal one, to `out`. Fails with
  // too_large when one event, or all content together, passes the bound, and with malformed when
  // checks find an event that is no chunk.
  world::Result<void> feed(std::string_view bytes, std::string& out);

  bool done() const { return done_; }            // the terminal event has come
  bool committed() const { return committed_; }  // something of the answer was given out
  // The stream is whole: its terminal event came, and it said why it ended.
  bool whole() const { return done_ && !completion_.finish.empty(); }

  // Gives out what is still held back of an answer that is one after all.
  void release(std::string& out);
  // What is held was a plan, and this is what it says to the user (JSON text without quotes): the
  // only piece of the answer, which then can be released.
  void say_instead(std::string content);
  void add_terminal_event(std::string& out) const;

  const std::string& content() const { return completion_.content; }  // JSON text without quotes
  const Completion& completion() const { return completion_; }

 private:
  world::Result<void> take(const world::SseEvent& event, std::string& out);
  void give(std::string& out, const world::SseEvent& event, std::size_t said_before);
  void give_rest(std::string& out);

  const RelayRules rules_;
  world::SseReader reader_;
  std::vector<world::SseEvent> events_;
  Completion completion_;
  Sanitiser sanitiser_;
  std::string held_;
  std::size_t bytes_ = 0;
  std::uint64_t pieces_ = 0;
  bool done_ = false;
  bool committed_ = false;
};

}  // namespace agent
