// The run by seconds: how many requests were planned in each second and how many of them ended
// badly (what recovery is judged by), and a compact histogram of responses per interval and class
// (what `latency.hlog` shows). Bounded: kSecondsMax seconds, kIntervalsMax intervals, later ones
// fall into the last. One thread records; merge combines threads.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "reports/histogram.hpp"
#include "world/units.hpp"

namespace reports {

// 1 s, or longer in whole seconds so that a run of `duration` has at most 3,600 intervals.
world::Nanos interval_of(world::Nanos duration);
// Which one; the first before the beginning, and at most the last of Timeline::kIntervalsMax.
std::size_t interval_index(world::Instant t, world::Nanos interval);

struct Second {  // of requests planned in it
  std::uint32_t requests = 0;  // all but cancelled ones
  std::uint32_t bad = 0;       // not ok, or slower than Layout::good_within
};

// Responses that ended in one interval, of one class: (counter, count) in ascending order.
struct Slice {
  std::uint32_t interval = 0;
  std::uint32_t cls = 0;
  std::int64_t max_ns = 0;
  std::vector<std::pair<std::uint16_t, std::uint32_t>> counts;

  Histogram histogram() const;
};

class Timeline {
 public:
  static constexpr std::size_t kSecondsMax = 2 * 86'400;
  static constexpr std::size_t kIntervalsMax = 4'096;

  // Intervals are those of interval_of(duration).
  Timeline(world::Nanos duration, std::size_t classes);

  void planned_request(world::Instant planned, bool is_bad);
  void response(world::Instant ended, std::uint32_t cls, world::Nanos response);

  void merge(const Timeline& other);

  // Into an empty timeline: what seconds() and slices() of another gave.
  void restore(std::vector<Second> seconds, std::vector<Slice> slices);

  world::Nanos interval() const { return interval_; }
  const std::vector<Second>& seconds() const { return seconds_; }
  // By interval, then class; of this interval and later ones.
  std::vector<Slice> slices(std::uint32_t from = 0) const;

 private:
  struct Open {  // the interval that a class is in; its counters are dense, and listed when used
    std::uint32_t interval = 0;
    std::int64_t max_ns = 0;
    std::vector<std::uint32_t> counts;
    std::vector<std::uint16_t> used;
  };

  static Slice slice_of(const Open& open, std::uint32_t cls);
  void close(Open& open, std::uint32_t cls);
  static void add(std::vector<Slice>& slices, Slice&& slice);  // of one class, by interval

  world::Nanos interval_;
  std::vector<Second> seconds_;
  std::vector<Open> open_;                   // per class
  std::vector<std::vector<Slice>> closed_;   // per class, by interval
};

}  // namespace reports
