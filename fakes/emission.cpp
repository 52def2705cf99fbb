#include "fakes/emission.hpp"

#include <algorithm>
#include <bit>

namespace fakes {

using world::Nanos;

namespace {
constexpr int kUnitBits = 10;  // 1,024 ns
constexpr int kSubBits = 4;    // 16 buckets to each doubling
constexpr std::int64_t kHighest = 86'400'000'000'000;  // 24 h
}  // namespace

// The first 16 buckets are a unit wide; from there on the highest bit says which doubling, and the
// four below it which sixteenth.
std::size_t Emission::bucket_of(Nanos late) {
  const auto ns = static_cast<std::uint64_t>(std::clamp<std::int64_t>(late.count(), 0, kHighest));
  const std::uint64_t units = ns >> kUnitBits;
  if (units < (1U << kSubBits)) return units;
  const int shift = 63 - std::countl_zero(units) - kSubBits;
  return (static_cast<std::size_t>(shift) << kSubBits) + (units >> shift);
}

Nanos Emission::top_of(std::size_t bucket) {
  constexpr std::size_t kSubs = std::size_t{1} << kSubBits;
  const std::size_t shift = bucket < kSubs ? 0 : (bucket >> kSubBits) - 1;
  const std::uint64_t units = bucket - (shift << kSubBits);
  return Nanos(static_cast<std::int64_t>((((units + 1) << shift) << kUnitBits) - 1));
}

void Emission::wrote(std::int64_t events, Nanos late) {
  late = std::max(late, Nanos{0});
  ++writes_;
  if (events > 0) {
    ++event_writes_;
    events_ += static_cast<std::uint64_t>(events);
  }
  late_sum_ += std::min(late, Nanos(kHighest));
  late_max_ = std::max(late_max_, late);
  ++counts_[bucket_of(late)];
}

void Emission::merge(const Emission& other) {
  writes_ += other.writes_;
  event_writes_ += other.event_writes_;
  events_ += other.events_;
  late_sum_ += other.late_sum_;
  late_max_ = std::max(late_max_, other.late_max_);
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
}

Nanos Emission::late(std::uint32_t ppm) const {
  if (writes_ == 0) return Nanos{0};
  const std::uint64_t wanted = std::max<std::uint64_t>(1, (writes_ * ppm + 999'999) / 1'000'000);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= wanted) return std::min(top_of(i), late_max_);
  }
  return late_max_;
}

std::uint64_t Emission::later_than(Nanos bound) const {
  if (bound >= late_max_) return 0;
  std::uint64_t later = 0;
  for (std::size_t i = bucket_of(bound) + 1; i < kBuckets; ++i) later += counts_[i];
  return later;
}

}  // namespace fakes
