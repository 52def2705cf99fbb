// How an answer is laid out as a stream of events: some begin it, each part is opened, brought unit
// by unit, and closed, and some end it. A dialect says how many events each stage has; this turns
// that into a walk over them. Values; any thread.
#pragma once

#include "fakes/chat.hpp"

namespace fakes {

class Dialect;

enum class Stage : std::uint8_t { begin, open, unit, close, end };

struct Place {
  Stage stage = Stage::begin;
  std::size_t part = 0;   // of open, unit and close
  std::int64_t step = 0;  // within the stage, from 0; of units: the unit, from 1
  std::int64_t unit = 0;  // of units: counted over all parts, from 1
  friend bool operator==(const Place&, const Place&) = default;
};

// How many events an answer has, the terminal one included.
std::int64_t events_of(const Dialect& dialect, const Answer& answer);

// Walks over the events of an answer in order. The dialect and the answer must outlive it.
class StreamCursor {
 public:
  StreamCursor(const Dialect& dialect, const Answer& answer);

  // Where event number `event()` stands. At the end: stage end, step as many as it has.
  const Place& place() const { return place_; }
  std::int64_t event() const { return event_; }  // from 0

  void next();
  void skip_to(std::int64_t event);  // forward; takes as long as there are parts

 private:
  std::int64_t steps() const;  // of the stage at which it stands
  void settle();               // moves on over stages without further events
  void next_stage();

  const Dialect& dialect_;
  const Answer& answer_;
  Place place_;
  std::int64_t event_ = 0;
  std::int64_t units_before_ = 0;  // units of earlier parts
};

}  // namespace fakes
