// However the bytes are cut, the same events come out; and what the writer writes, the reader
// reads.
#include "world/sse.hpp"

#include "input.hpp"

namespace {

struct Reading {
  world::SseReader reader{300};
  std::vector<world::SseEvent> events;
  bool failed = false;

  void feed(std::string_view piece) {
    if (!failed) failed = !reader.feed(piece, events);
  }
  std::string text() const {
    std::string all = failed ? "failed" : reader.between_events() ? "between" : "within";
    if (!failed) all += std::to_string(reader.comments());
    for (const world::SseEvent& e : events) all += "\n" + e.type + "|" + e.id + "|" + e.data;
    return all;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::text_of(data, size).substr(1);
  Reading whole;
  whole.feed(bytes);
  Reading pieces;
  fuzz::Cutter cutter(data[0]);
  for (std::string_view rest = bytes; !rest.empty();) pieces.feed(cutter.next(rest));
  ENSURE(whole.text() == pieces.text(), "splitting the bytes changed the events");

  std::string written;
  for (const world::SseEvent& e : whole.events) world::write_sse(written, e.type, e.data);
  world::SseReader again;
  std::vector<world::SseEvent> events;
  ENSURE(again.feed(written, events), "what was written cannot be read");
  ENSURE(events.size() == whole.events.size(), "events were lost or invented");
  for (std::size_t i = 0; i < events.size(); ++i) {
    ENSURE(events[i].data == whole.events[i].data && events[i].type == whole.events[i].type,
           "an event changed on its way");
  }
  return 0;
}
