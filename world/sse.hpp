// Server-sent events (WHATWG HTML, 9.2): a bounded incremental reader and a writer of frames. The
// reader takes LF, CRLF and CR line ends, split anywhere, and a byte order mark at the start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "world/failure.hpp"

namespace world {

struct SseEvent {
  std::string type;  // empty: "message"
  std::string data;  // data lines joined by \n
  std::string id;    // of this frame
};

class SseReader {
 public:
  explicit SseReader(std::size_t event_bytes_max = 16 * 1024 * 1024)
      : event_bytes_max_(event_bytes_max) {}

  // Takes bytes and appends the events that they complete. Comments only count. Fails with
  // too_large when a line or an event passes the bound.
  Result<void> feed(std::string_view bytes, std::vector<SseEvent>& events);

  // True when the bytes so far end between events. An event without its empty line is never
  // delivered, as the standard demands.
  bool between_events() const { return line_.empty() && !has_data_ && pending_.type.empty(); }

  std::uint64_t comments() const { return comments_; }

 private:
  Result<void> take_line(std::vector<SseEvent>& events);

  std::size_t event_bytes_max_;
  std::string line_;
  SseEvent pending_;
  std::uint64_t comments_ = 0;
  bool has_data_ = false;
  bool last_was_cr_ = false;
  bool at_start_ = true;
};

// Appends one frame. Newlines in data become several data lines; type may be empty.
void write_sse(std::string& out, std::string_view type, std::string_view data);

}  // namespace world
