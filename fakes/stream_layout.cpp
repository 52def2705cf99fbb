#include "fakes/stream_layout.hpp"

#include <algorithm>

#include "fakes/dialect.hpp"

namespace fakes {

std::int64_t events_of(const Dialect& dialect, const Answer& answer) {
  std::int64_t sum = dialect.events_at(answer, Stage::begin, 0);
  for (std::size_t part = 0; part < answer.parts(); ++part) {
    sum += dialect.events_at(answer, Stage::open, part) + answer.units(part) +
           dialect.events_at(answer, Stage::close, part);
  }
  return sum + dialect.events_at(answer, Stage::end, 0);
}

StreamCursor::StreamCursor(const Dialect& dialect, const Answer& answer)
    : dialect_(dialect), answer_(answer) {
  settle();
}

void StreamCursor::next() {
  ++place_.step;
  if (place_.stage == Stage::unit) ++place_.unit;
  ++event_;
  settle();
}

void StreamCursor::skip_to(std::int64_t event) {
  while (event_ < event) {
    const std::int64_t last = place_.stage == Stage::unit ? steps() : steps() - 1;
    const std::int64_t by = std::min(event - event_, last - place_.step + 1);
    if (by <= 0) return;
    place_.step += by;
    if (place_.stage == Stage::unit) place_.unit += by;
    event_ += by;
    settle();
  }
}

std::int64_t StreamCursor::steps() const {
  if (place_.stage == Stage::unit) return answer_.units(place_.part);
  return dialect_.events_at(answer_, place_.stage, place_.part);
}

// Units count from 1 and the steps of other stages from 0.
void StreamCursor::settle() {
  while (place_.stage != Stage::end) {
    const std::int64_t done = place_.stage == Stage::unit ? place_.step - 1 : place_.step;
    if (done < steps()) return;
    next_stage();
  }
}

void StreamCursor::next_stage() {
  const auto enter = [this](Stage stage) {
    place_.stage = stage;
    place_.step = stage == Stage::unit ? 1 : 0;
    place_.unit = stage == Stage::unit ? units_before_ + 1 : 0;
  };
  switch (place_.stage) {
    case Stage::begin: enter(answer_.parts() == 0 ? Stage::end : Stage::open); break;
    case Stage::open: enter(Stage::unit); break;
    case Stage::unit:
      units_before_ += answer_.units(place_.part);
      enter(Stage::close);
      break;
    case Stage::close:
      if (++place_.part < answer_.parts()) {
        enter(Stage::open);
      } else {
        place_.part = 0;
        enter(Stage::end);
      }
      break;
    case Stage::end: break;
  }
}

}  // namespace fakes
