// The events of a stream are not those that they should be: some are missing, doubled, out of
// order, or say nothing; yet each is valid, and the HTTP body ends as it should. What the client
// gets is a success by all that HTTP says.
#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "world/field.hpp"

namespace fakes {

enum class EventsHow {
  no_terminal, no_finish, no_end, doubled, double_finish, full_message, reordered, after_terminal,
  empty_deltas, duplicate, wrong_index,
};

constexpr std::array<world::Choice<EventsHow>, 11> choices(EventsHow) {
  return {{{"no_terminal", EventsHow::no_terminal},
           {"no_finish", EventsHow::no_finish},
           {"no_end", EventsHow::no_end},
           {"doubled", EventsHow::doubled},
           {"double_finish", EventsHow::double_finish},
           {"full_message", EventsHow::full_message},
           {"reordered", EventsHow::reordered},
           {"after_terminal", EventsHow::after_terminal},
           {"empty_deltas", EventsHow::empty_deltas},
           {"duplicate", EventsHow::duplicate},
           {"wrong_index", EventsHow::wrong_index}}};
}

struct Events {
  EventsHow how = EventsHow::no_terminal;

  static constexpr std::string_view kind = "events";
  static constexpr auto fields() {
    return std::tuple(world::field(
        "how", &Events::how,
        "no_terminal (no [DONE] or message_stop), no_finish (the terminal event without a finish "
        "reason), no_end (neither), doubled (each token twice), double_finish, full_message (the "
        "whole text once more at its end), reordered (pairs change places), after_terminal (a "
        "token behind the end), empty_deltas, duplicate (one token's event twice, byte for byte), "
        "wrong_index (every other token is said to be of the choice or part behind its own)."));
  }
  friend bool operator==(const Events&, const Events&) = default;
};

}  // namespace fakes
