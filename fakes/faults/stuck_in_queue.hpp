// An answer that is to be made in the background never leaves its queue: whoever polls it is told
// `queued` until it is cancelled or forgotten, and whoever streams it hears no more. Strikes only
// requests that ask for such an answer.
#pragma once

#include <string_view>
#include <tuple>

namespace fakes {

struct StuckInQueue {
  static constexpr std::string_view kind = "stuck_in_queue";
  static constexpr auto fields() { return std::tuple(); }
  friend bool operator==(const StuckInQueue&, const StuckInQueue&) = default;
};

}  // namespace fakes
