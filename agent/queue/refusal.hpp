// Refusal: why the queue has no place for a request, or has none any more, and what to tell the
// user. A closed enum with one row of text each; constant data; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace agent {

enum class Refusal : std::uint8_t {
  none,
  user_line_full,  // as many of this user wait already as may
  line_full,       // as many of all wait already as may, none of a lower class
  bytes_full,      // the same, in bytes
  displaced,       // the line was full, and one of a higher class came
  line_stands,     // flex only: the line has not moved fast enough for a while
  too_late,        // its turn came when too little time was left to answer
};
inline constexpr std::size_t kRefusals = 7;

std::string_view name_of(Refusal refusal);
std::string_view sentence_of(Refusal refusal);  // what happened, and what to do

// Whether its place was lost after it was given: a queue_timeout, not a queue_full.
inline bool after_waiting(Refusal refusal) { return refusal == Refusal::too_late; }

}  // namespace agent
