#include "fakes/faults/events.hpp"

#include "fakes/faults/edited.hpp"
#include "fakes/faults/strike.hpp"

namespace fakes {
namespace {

// Changes the events one after the other; remembers what a later one needs.
class Changed {
 public:
  Changed(EventsHow how, const Exchange& x)
      : how_(how), answer_(x.answer), last_(events_of(x.dialect, x.answer) - 1) {}

  void operator()(std::string& bytes, const Place& place, std::int64_t number) {
    const bool terminal = number == last_;
    const bool ends = place.stage == Stage::end;
    const bool unit = place.stage == Stage::unit;
    switch (how_) {
      case EventsHow::no_terminal:
        if (terminal) bytes.clear();
        break;
      case EventsHow::no_finish:
        if (ends && !terminal) bytes.clear();
        break;
      case EventsHow::no_end:
        if (ends) bytes.clear();
        break;
      case EventsHow::doubled:
        if (unit) bytes += std::string(bytes);
        break;
      case EventsHow::double_finish:
        if (ends && place.step == 0) bytes += std::string(bytes);
        break;
      case EventsHow::full_message:
        if (unit && place.step == answer_.units(place.part)) add_all(bytes, place);
        break;
      case EventsHow::reordered: reorder(bytes, number); break;
      case EventsHow::after_terminal:
        if (unit) kept_ = bytes;
        if (terminal) bytes += kept_.empty() ? std::string(bytes) : kept_;
        break;
      case EventsHow::empty_deltas:
        if (unit && answer_.is_text(place.part)) replace_token(bytes, place, {});
        break;
    }
  }

 private:
  // Events 1 and 2, 3 and 4, and so on change places; the terminal one keeps its own.
  void reorder(std::string& bytes, std::int64_t number) {
    if (number == 0 || number == last_) return;
    if (kept_.empty() && number + 1 < last_) {
      kept_.swap(bytes);
      return;
    }
    bytes += kept_;
    kept_.clear();
  }

  void add_all(std::string& bytes, const Place& place) {
    std::string again = bytes;
    if (answer_.is_text(place.part)) {
      std::string all;
      answer_.text.append_all(all);
      replace_token(again, place, all);
    }
    bytes += again;
  }

  void replace_token(std::string& bytes, const Place& place, std::string_view by) {
    const std::string token = '"' + std::string(answer_.text.token(place.step)) + '"';
    const std::size_t at = bytes.rfind(token);
    if (at != std::string::npos) bytes.replace(at + 1, token.size() - 2, by);
  }

  EventsHow how_;
  const Answer& answer_;
  std::int64_t last_;
  std::string kept_;
};

}  // namespace

world::Task<void> strike(Events fault, Exchange& x) {
  // Some dialects say in one event why an answer ended and that it has.
  if (fault.how == EventsHow::no_finish && x.dialect.events_at(x.answer, Stage::end, 0) < 2) {
    x.had_effect = false;
    co_await answer_normally(x);
    co_return;
  }
  StreamWriter::OnEvent changed = Changed(fault.how, x);
  co_await stream_edited(x, std::move(changed));
  mark_spoiled(x);
}

}  // namespace fakes
