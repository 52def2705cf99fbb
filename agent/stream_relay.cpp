#include "agent/stream_relay.hpp"

#include "agent/answer.hpp"

namespace agent {
namespace {
constexpr std::string_view kDone = "[DONE]";
}

world::Result<void> StreamRelay::feed(std::string_view bytes, std::string& out) {
  events_.clear();
  const world::Result<void> read = reader_.feed(bytes, events_);
  if (!read) return read;
  for (const world::SseEvent& event : events_) {
    if (done_) break;  // what follows the end belongs to nobody
    if (event.data == kDone) {
      done_ = true;
      break;
    }
    append_delta(event.data, content_);
    if (content_.size() > bytes_max_) return world::Failure::too_large;
    world::write_sse(out, event.type, event.data);
  }
  return {};
}

void StreamRelay::add_terminal_event(std::string& out) const { world::write_sse(out, {}, kDone); }

}  // namespace agent
