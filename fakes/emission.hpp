// Emission: how often a backend has handed bytes to the network that had an instant of their own,
// how many events of streams were in them, and how late each write was. Lateness counts from the
// instant that was due, or from when the answer could be written at all, if that was later: what a
// fault or a slow reader holds up is no delay of the fake. Durations are those of the backend's
// clock, in buckets that are never wider than a sixteenth of their value, from 1 us to 24 h; 5 KiB.
// One thread; values.
#pragma once

#include <array>
#include <cstdint>

#include "world/units.hpp"

namespace fakes {

class Emission {
 public:
  // A write of so many events of a stream; of a plain answer, or the rest of a piece: none.
  void wrote(std::int64_t events, world::Nanos late);

  void merge(const Emission& other);

  std::uint64_t writes() const { return writes_; }
  std::uint64_t event_writes() const { return event_writes_; }  // that had events
  std::uint64_t events() const { return events_; }
  world::Nanos late_sum() const { return late_sum_; }
  world::Nanos late_max() const { return late_max_; }

  // The lateness that so many millionths of the writes do not exceed, up to the width of a bucket;
  // 0 without writes.
  world::Nanos late(std::uint32_t ppm) const;

  // Writes that were later than this, up to the width of a bucket.
  std::uint64_t later_than(world::Nanos bound) const;

  // Buckets: the largest lateness that counts there, and how many writes did.
  static constexpr std::size_t kBuckets = 560;
  static world::Nanos top_of(std::size_t bucket);
  std::uint64_t count(std::size_t bucket) const { return counts_[bucket]; }

 private:
  static std::size_t bucket_of(world::Nanos late);

  std::uint64_t writes_ = 0;
  std::uint64_t event_writes_ = 0;
  std::uint64_t events_ = 0;
  world::Nanos late_sum_{0};
  world::Nanos late_max_{0};
  std::array<std::uint64_t, kBuckets> counts_{};
};

}  // namespace fakes
