// A high dynamic range histogram of durations: 1 us to 24 h at 3 significant digits, in the layout
// of HdrHistogram (lowest 1000 ns, so counters are 512 ns wide at the bottom and never wider than
// 0.1 % of the value). Values are nanoseconds, so that `.hlog` maxima are value / 1e6 milliseconds.
// Memory is bounded (29 octaves of 8 KiB, each allocated when first used); recording is O(1).
// One thread records; merge copies afterwards.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "world/units.hpp"

namespace reports {

class Histogram {
 public:
  static constexpr std::int64_t kLowest = 1'000;                 // 1 us
  static constexpr std::int64_t kHighest = 86'400'000'000'000;   // 24 h
  static constexpr int kDigits = 3;
  static constexpr int kHalfMagnitude = 10;                      // 2^11 >= 2 * 10^3 counters
  static constexpr int kUnitMagnitude = 9;                       // floor(log2(kLowest))
  static constexpr std::size_t kOctaves = 29;                    // covers kHighest, plus the half
  static constexpr std::size_t kPerOctave = std::size_t{1} << kHalfMagnitude;
  static constexpr std::size_t kCounters = kOctaves * kPerOctave;

  // The counter of a value in [0, kHighest], and the smallest and largest value it stands for.
  static constexpr std::size_t index_of(std::int64_t ns) {
    constexpr std::uint64_t mask = (2 * kPerOctave - 1) << kUnitMagnitude;
    const auto v = static_cast<std::uint64_t>(ns);
    const int bucket = 63 - std::countl_zero(v | mask) - kUnitMagnitude - kHalfMagnitude;
    const auto sub = static_cast<std::size_t>(v >> (bucket + kUnitMagnitude));
    return (static_cast<std::size_t>(bucket + 1) << kHalfMagnitude) + sub - kPerOctave;
  }
  static std::int64_t lowest_equivalent(std::size_t index);
  static std::int64_t highest_equivalent(std::size_t index);

  // Negative durations count as 0; those beyond 24 h count as 24 h and as overflow.
  void record(world::Nanos duration, std::uint64_t count = 1) {
    std::int64_t ns = duration.count();
    if (ns < 0) ns = 0;
    if (ns > kHighest) {
      ns = kHighest;
      overflow_ += count;
    }
    const std::size_t index = index_of(ns);
    std::vector<std::uint64_t>& octave = octaves_[index >> kHalfMagnitude];
    if (octave.empty()) octave.resize(kPerOctave);
    octave[index & (kPerOctave - 1)] += count;
    count_ += count;
    sum_ += static_cast<Sum>(ns) * count;
    if (ns < min_) min_ = ns;
    if (ns > max_) max_ = ns;
  }

  void merge(const Histogram& other);
  void clear() { *this = Histogram(); }

  std::uint64_t count() const { return count_; }
  std::uint64_t overflow() const { return overflow_; }
  std::uint64_t count_at(std::size_t index) const;
  // 0 when empty; exact, not rounded to a counter.
  world::Nanos min() const { return world::Nanos(count_ == 0 ? 0 : min_); }
  world::Nanos max() const { return world::Nanos(max_); }
  world::Nanos mean() const;  // of the exact values, rounded down; 0 when empty

  // The value at a rank, 1 <= rank <= count(): the top of its counter, at most max().
  world::Nanos at_rank(std::uint64_t rank) const;
  world::Nanos lowest_at_rank(std::uint64_t rank) const;  // the bottom of the same counter

  // Nearest rank, ceil: the smallest recorded value such that at least `ppm` parts per million of
  // all values are not above it (p95 is 950'000). 0 when empty.
  world::Nanos percentile(std::uint64_t ppm) const;

  // visit(index, count) for every counter in use, in ascending order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t o = 0; o < kOctaves; ++o)
      for (std::size_t i = 0; i < octaves_[o].size(); ++i)
        if (octaves_[o][i] != 0) visit((o << kHalfMagnitude) + i, octaves_[o][i]);
  }

  // Adds to a counter as read back from a file: exact values are lost, so min, max and mean are
  // those of the counters' edges and middles.
  void record_index(std::size_t index, std::uint64_t count);

  // What the counters do not tell: nanoseconds, and how many values were beyond 24 h.
  struct Exact {
    std::int64_t min = 0, max = 0;                // 0 when empty
    std::uint64_t sum_high = 0, sum_low = 0;      // halves of 128 bits
    std::uint64_t overflow = 0;
  };
  Exact exact() const;

  // For counters that were read back with record_index: takes the exact values too. False, and
  // nothing changed, when values in these counters cannot have them.
  bool set_exact(const Exact& exact);

  friend bool operator==(const Histogram& a, const Histogram& b);  // the same counters

 private:
  __extension__ using Sum = unsigned __int128;  // 24 h in ns times 2^64 values

  std::array<std::vector<std::uint64_t>, kOctaves> octaves_;
  std::uint64_t count_ = 0;
  std::uint64_t overflow_ = 0;
  Sum sum_ = 0;
  std::int64_t min_ = INT64_MAX;
  std::int64_t max_ = 0;
};

// ceil(count * ppm / 1e6), at least 1 when count is not 0: the nearest rank of a percentile.
std::uint64_t nearest_rank(std::uint64_t count, std::uint64_t ppm);

}  // namespace reports
