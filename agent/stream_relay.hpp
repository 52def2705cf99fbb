// StreamRelay: takes the bytes of a provider's event stream and gives out the same events framed
// anew, chunk by chunk as they come, collecting the content that they carry. One request; one
// clock.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "world/sse.hpp"

namespace agent {

class StreamRelay {
 public:
  explicit StreamRelay(std::size_t bytes_max) : bytes_max_(bytes_max), reader_(bytes_max) {}

  // Appends the events that the bytes complete, before the terminal one, to `out`. Fails with
  // too_large when one event, or all content together, passes the bound.
  world::Result<void> feed(std::string_view bytes, std::string& out);

  bool done() const { return done_; }  // the terminal event has come
  void add_terminal_event(std::string& out) const;

  const std::string& content() const { return content_; }  // JSON text without quotes

 private:
  std::size_t bytes_max_;
  world::SseReader reader_;
  std::vector<world::SseEvent> events_;
  std::string content_;
  bool done_ = false;
};

}  // namespace agent
