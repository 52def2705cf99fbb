// One line on a terminal that says how far a run is; nothing when standard error is not a terminal.
// Redrawn a few times a second of wall time.
#pragma once

#include <string>

#include "harness/run/run.hpp"

namespace harness {

class ProgressLine {
 public:
  ProgressLine(std::string scenario, bool quiet);
  ~ProgressLine() { wipe(); }

  void show(const Progress& progress);
  void wipe();

 private:
  static constexpr std::int64_t kEveryNanos = 200'000'000;

  std::string scenario_;
  bool on_;
  bool drawn_ = false;
  std::int64_t last_ = 0;
  std::uint64_t last_ended_ = 0;
};

}  // namespace harness
