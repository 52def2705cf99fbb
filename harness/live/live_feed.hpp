// LiveFeed: what a run tells the live view, from the thread of its clients: its beginning, a few
// times a second how far it is with the intervals that may have changed, and its end. Costs little:
// only the last intervals are written down, and the percentiles of the whole run once a tick.
#pragma once

#include <cstdint>

#include "harness/live/live_server.hpp"
#include "harness/run/prepared.hpp"
#include "harness/run/run.hpp"

namespace harness {

class LiveFeed {
 public:
  // `server` may be null: then nothing is told.
  LiveFeed(LiveServer* server, std::size_t index, std::size_t of)
      : server_(server), index_(index), of_(of) {}

  void begin(const Prepared& prepared, const RunOptions& options);
  void progress(const Progress& progress);
  void end(const reports::RunRecord& record, const reports::Environment& environment);

 private:
  static constexpr std::int64_t kEveryNanos = 250'000'000;  // wall time
  // How much earlier than now an interval may still change: what is told by others comes late.
  static constexpr double kLateSeconds = 2.0;               // wall time

  LiveJson totals(const Progress& progress, std::int64_t wall_now);
  std::size_t first_unsettled(const Progress& progress) const;

  LiveServer* server_;
  std::size_t index_;
  std::size_t of_;
  const Prepared* prepared_ = nullptr;
  double time_scale_ = 1;
  bool live_ = false;
  std::int64_t begun_ = 0;  // steady wall time
  std::int64_t last_ = 0;
  std::uint64_t last_ended_ = 0;
  double last_now_ = 0;  // scenario seconds
  std::size_t told_upto_ = 0;  // intervals
};

}  // namespace harness
