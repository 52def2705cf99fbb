#include "reports/histogram.hpp"

#include <algorithm>

namespace reports {

static_assert(Histogram::index_of(Histogram::kHighest) < Histogram::kCounters);
static_assert(Histogram::index_of(Histogram::kHighest) >= Histogram::kCounters - 1024);

namespace {

// The bucket of a counter (its width is 512 ns << bucket) and its place in it.
struct Place {
  int bucket;
  std::int64_t sub;
};

Place place_of(std::size_t index) {
  const auto half = static_cast<std::int64_t>(Histogram::kPerOctave);
  const int octave = static_cast<int>(index >> Histogram::kHalfMagnitude);
  const auto sub = static_cast<std::int64_t>(index) & (half - 1);
  return octave == 0 ? Place{0, sub} : Place{octave - 1, sub + half};
}

}  // namespace

std::int64_t Histogram::lowest_equivalent(std::size_t index) {
  const Place place = place_of(index);
  return place.sub << (place.bucket + kUnitMagnitude);
}

std::int64_t Histogram::highest_equivalent(std::size_t index) {
  const Place place = place_of(index);
  return ((place.sub + 1) << (place.bucket + kUnitMagnitude)) - 1;
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t o = 0; o < kOctaves; ++o) {
    if (other.octaves_[o].empty()) continue;
    if (octaves_[o].empty()) octaves_[o].resize(kPerOctave);
    for (std::size_t i = 0; i < kPerOctave; ++i) octaves_[o][i] += other.octaves_[o][i];
  }
  count_ += other.count_;
  overflow_ += other.overflow_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::count_at(std::size_t index) const {
  const std::vector<std::uint64_t>& octave = octaves_[index >> kHalfMagnitude];
  return octave.empty() ? 0 : octave[index & (kPerOctave - 1)];
}

world::Nanos Histogram::mean() const {
  return world::Nanos(count_ == 0 ? 0 : static_cast<std::int64_t>(sum_ / count_));
}

namespace {

// The counter that holds the rank-th smallest value.
std::size_t index_at_rank(const Histogram& histogram, std::uint64_t rank) {
  std::uint64_t seen = 0;
  std::size_t found = 0;
  bool is_found = false;
  histogram.for_each([&](std::size_t index, std::uint64_t count) {
    if (is_found) return;
    seen += count;
    found = index;
    is_found = seen >= rank;
  });
  return found;
}

}  // namespace

world::Nanos Histogram::at_rank(std::uint64_t rank) const {
  if (count_ == 0) return world::Nanos{0};
  return world::Nanos(std::min(highest_equivalent(index_at_rank(*this, rank)), max_));
}

world::Nanos Histogram::lowest_at_rank(std::uint64_t rank) const {
  if (count_ == 0) return world::Nanos{0};
  return world::Nanos(std::max(lowest_equivalent(index_at_rank(*this, rank)), min_));
}

world::Nanos Histogram::percentile(std::uint64_t ppm) const {
  return at_rank(nearest_rank(count_, ppm));
}

void Histogram::record_index(std::size_t index, std::uint64_t count) {
  if (count == 0) return;
  std::vector<std::uint64_t>& octave = octaves_[index >> kHalfMagnitude];
  if (octave.empty()) octave.resize(kPerOctave);
  octave[index & (kPerOctave - 1)] += count;
  const std::int64_t low = lowest_equivalent(index);
  const std::int64_t high = std::min(highest_equivalent(index), kHighest);
  count_ += count;
  sum_ += static_cast<Sum>(low + (high - low) / 2) * count;
  min_ = std::min(min_, low);
  max_ = std::max(max_, high);
}

Histogram::Exact Histogram::exact() const {
  return {min().count(), max_, static_cast<std::uint64_t>(sum_ >> 64),
          static_cast<std::uint64_t>(sum_), overflow_};
}

bool Histogram::set_exact(const Exact& exact) {
  if (exact.min < 0 || exact.min > exact.max || exact.max > kHighest) return false;
  std::size_t first = kCounters;
  std::size_t last = 0;
  Sum least = 0;  // what the values add up to at least and at most
  Sum most = 0;
  for_each([&](std::size_t index, std::uint64_t count) {
    first = std::min(first, index);
    last = index;
    const std::int64_t low = std::max(lowest_equivalent(index), exact.min);
    const std::int64_t high = std::min(highest_equivalent(index), exact.max);
    least += static_cast<Sum>(low) * count;
    most += static_cast<Sum>(high) * count;
  });
  if (count_ == 0 || index_of(exact.min) != first || index_of(exact.max) != last) return false;
  const Sum sum = static_cast<Sum>(exact.sum_high) << 64 | exact.sum_low;
  if (sum < least || sum > most) return false;
  const std::uint64_t highest = exact.max == kHighest ? count_at(index_of(kHighest)) : 0;
  if (exact.overflow > highest) return false;
  min_ = exact.min;
  max_ = exact.max;
  sum_ = sum;
  overflow_ = exact.overflow;
  return true;
}

bool operator==(const Histogram& a, const Histogram& b) {
  if (a.count_ != b.count_) return false;
  for (std::size_t o = 0; o < Histogram::kOctaves; ++o) {
    if (a.octaves_[o].empty() && b.octaves_[o].empty()) continue;
    for (std::size_t i = 0; i < Histogram::kPerOctave; ++i) {
      const std::size_t index = (o << Histogram::kHalfMagnitude) + i;
      if (a.count_at(index) != b.count_at(index)) return false;
    }
  }
  return true;
}

std::uint64_t nearest_rank(std::uint64_t count, std::uint64_t ppm) {
  __extension__ using Wide = unsigned __int128;
  const Wide rank = (static_cast<Wide>(count) * ppm + 999'999) / 1'000'000;
  return count == 0 ? 0 : std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rank), 1, count);
}

}  // namespace reports
