// LiveState: everything that a browser which comes late must be told to be where the others are:
// the scenarios that have ended, the beginning of the one that runs, and one tick that holds all of
// its ticks so far. Memory: the reports of the last kEndsMax scenarios, and the intervals of one
// run. One thread.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "harness/live/live_message.hpp"

namespace harness {

class LiveState {
 public:
  static constexpr std::size_t kEndsMax = 50;

  void take(const LiveMessage& message);

  // The frames of server-sent events that a new reader gets first.
  std::vector<std::string> catch_up() const;

 private:
  void take_tick(const LiveJson& tick);

  std::deque<std::string> ended_;  // frames, as the next and the last
  std::string begin_;
  std::shared_ptr<LiveJson> tick_;  // null: none yet
  std::string suite_end_;
};

// The frame of one message.
std::string frame_of(const std::string& event, const LiveJson& data);

// Puts the intervals of a later tick, which begin at `from`, behind those that are there. Objects
// are merged member by member, lists of numbers by interval; anything else is replaced.
void merge_intervals(LiveJson& whole, const LiveJson& later, std::size_t from);

}  // namespace harness
