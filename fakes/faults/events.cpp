#include "fakes/faults/events.hpp"

#include <cstdlib>

#include "fakes/faults/edited.hpp"
#include "fakes/faults/json_edit.hpp"
#include "fakes/faults/strike.hpp"
#include "fakes/faults/suits.hpp"

namespace fakes {
namespace {

// Changes the events one after the other; remembers what a later one needs.
class Changed {
 public:
  Changed(EventsHow how, const Exchange& x)
      : how_(how),
        answer_(x.answer),
        text_(quoted_text(x.answer.text)),
        last_(events_of(x.dialect, x.answer) - 1) {}

  void operator()(std::string& bytes, const Place& place, std::int64_t number) {
    const bool terminal = number == last_;
    const bool ends = place.stage == Stage::end;
    const bool unit = place.stage == Stage::unit;
    if (added_ > 0) renumber(bytes, number + added_);
    switch (how_) {
      case EventsHow::no_terminal:
        if (terminal) bytes.clear();
        break;
      case EventsHow::no_finish:
        if (ends && place.step == 0) forget_finish(bytes, terminal);
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
        if (unit && place.step == answer_.units(place.part)) {
          add_all(bytes, place, number);
        }
        break;
      case EventsHow::reordered: reorder(bytes, number); break;
      case EventsHow::after_terminal:
        if (unit) kept_ = bytes;
        if (terminal) {
          if (kept_.empty()) kept_ = bytes;
          renumber(kept_, number + 1);
          bytes += kept_;
        }
        break;
      case EventsHow::empty_deltas:
        if (unit && answer_.is_text(place.part)) {
          replace_token(bytes, place, {});
        } else if (answer_.has_text) {
          replace_all(bytes, text_, R"("")");  // of dialects that say the whole text at its end
        }
        break;
      case EventsHow::duplicate:
        if (unit && !done_) bytes += std::string(bytes);
        done_ = done_ || unit;
        break;
      case EventsHow::wrong_index:
        if (unit && place.step % 2 == 1) next_index(bytes);
        break;
    }
  }

 private:
  // Of the choice, the block or the item that the token is a part of.
  static void next_index(std::string& bytes) {
    edit_payload(bytes, [](std::string& json) {
      const std::string path = find_member(json, {"index", "output_index"});
      const std::string index = value_at(json, path);
      if (index.empty()) return;
      replace_value(json, path, std::to_string(std::strtoll(index.c_str(), nullptr, 10) + 1));
    });
  }

  // An event that only tells why the answer ended goes; the terminal one loses the member.
  static void forget_finish(std::string& bytes, bool terminal) {
    if (!terminal) {
      bytes.clear();
      return;
    }
    edit_payload(bytes, [](std::string& json) {
      erase_member(json, find_member(json, {"finish_reason"}));
    });
  }

  // Events 1 and 2, 3 and 4, and so on change places, each with its number, where events have
  // one; the terminal one keeps its place.
  void reorder(std::string& bytes, std::int64_t number) {
    if (number == 0 || number == last_) return;
    if (kept_.empty() && number + 1 < last_) {
      kept_.swap(bytes);
      return;
    }
    bytes += kept_;
    kept_.clear();
  }

  void add_all(std::string& bytes, const Place& place, std::int64_t number) {
    std::string again = bytes;
    if (answer_.is_text(place.part)) {
      std::string all;
      answer_.text.append_all(all);
      replace_token(again, place, all);
    }
    ++added_;
    renumber(again, number + added_);
    bytes += again;
  }

  void replace_token(std::string& bytes, const Place& place, std::string_view by) {
    const std::string token = '"' + std::string(answer_.text.token(place.step)) + '"';
    const std::size_t at = bytes.rfind(token);
    if (at != std::string::npos) bytes.replace(at + 1, token.size() - 2, by);
  }

  EventsHow how_;
  const Answer& answer_;
  std::string text_;  // the whole, in quotes
  std::int64_t last_;
  std::int64_t added_ = 0;  // events that the answer had not
  std::string kept_;
  bool done_ = false;
};

}  // namespace

world::Task<void> strike(Events fault, Exchange& x) {
  // Told beforehand by the loader, but not to those who add faults to a running fake.
  if (!why_unfit(fault, x.dialect).empty()) {
    x.had_effect = false;
    co_await answer_normally(x);
    co_return;
  }
  StreamWriter::OnEvent changed = Changed(fault.how, x);
  co_await stream_edited(x, std::move(changed));
  mark_spoiled(x);
}

}  // namespace fakes
