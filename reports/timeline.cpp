#include "reports/timeline.hpp"

#include <algorithm>
#include <chrono>

namespace reports {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kIntervalsAimed = 3'600;

std::size_t index_in(world::Instant t, std::int64_t width_ns, std::size_t count_max) {
  const std::int64_t ns = std::max<std::int64_t>(0, world::since_start(t).count());
  return std::min(static_cast<std::size_t>(ns / width_ns), count_max - 1);
}

}  // namespace

world::Nanos interval_of(world::Nanos duration) {
  const std::int64_t seconds = (duration.count() + kSecond - 1) / kSecond;
  const std::int64_t per_interval = (seconds + kIntervalsAimed - 1) / kIntervalsAimed;
  return world::Nanos(std::max<std::int64_t>(1, per_interval) * kSecond);
}

std::size_t interval_index(world::Instant t, world::Nanos interval) {
  return index_in(t, interval.count(), Timeline::kIntervalsMax);
}

Histogram Slice::histogram() const {
  Histogram histogram;
  for (const auto& [index, count] : counts) histogram.record_index(index, count);
  return histogram;
}

Timeline::Timeline(world::Nanos duration, std::size_t classes)
    : interval_(interval_of(duration)), open_(classes), closed_(classes) {
  const std::int64_t seconds = (duration.count() + kSecond - 1) / kSecond;
  seconds_.reserve(std::min(static_cast<std::size_t>(std::max<std::int64_t>(seconds, 0)) + 1,
                            kSecondsMax));
}

void Timeline::planned_request(world::Instant planned, bool is_bad) {
  const std::size_t index = index_in(planned, kSecond, kSecondsMax);
  if (index >= seconds_.size()) seconds_.resize(index + 1);
  ++seconds_[index].requests;
  if (is_bad) ++seconds_[index].bad;
}

void Timeline::response(world::Instant ended, std::uint32_t cls, world::Nanos response) {
  const auto interval = static_cast<std::uint32_t>(interval_index(ended, interval_));
  const std::int64_t ns = std::clamp<std::int64_t>(response.count(), 0, Histogram::kHighest);
  const auto counter = static_cast<std::uint16_t>(Histogram::index_of(ns));

  Open& open = open_[cls];
  if (interval < open.interval) {  // ended before the last one seen: threads and merges do this
    add(closed_[cls], Slice{interval, cls, ns, {{counter, 1}}});
    return;
  }
  if (interval > open.interval) {
    close(open, cls);
    open.interval = interval;
  }
  if (open.counts.empty()) open.counts.resize(Histogram::kCounters);
  if (open.counts[counter]++ == 0) open.used.push_back(counter);
  open.max_ns = std::max(open.max_ns, ns);
}

Slice Timeline::slice_of(const Open& open, std::uint32_t cls) {
  Slice slice{open.interval, cls, open.max_ns, {}};
  slice.counts.reserve(open.used.size());
  for (std::uint16_t counter : open.used)
    slice.counts.emplace_back(counter, open.counts[counter]);
  std::sort(slice.counts.begin(), slice.counts.end());
  return slice;
}

void Timeline::close(Open& open, std::uint32_t cls) {
  if (open.used.empty()) return;
  add(closed_[cls], slice_of(open, cls));
  for (std::uint16_t counter : open.used) open.counts[counter] = 0;
  open.used.clear();
  open.max_ns = 0;
}

void Timeline::add(std::vector<Slice>& slices, Slice&& slice) {
  const auto place = std::lower_bound(
      slices.begin(), slices.end(), slice.interval,
      [](const Slice& s, std::uint32_t interval) { return s.interval < interval; });
  if (place == slices.end() || place->interval != slice.interval) {
    slices.insert(place, std::move(slice));
    return;
  }
  place->max_ns = std::max(place->max_ns, slice.max_ns);
  std::vector<std::pair<std::uint16_t, std::uint32_t>> both;
  both.reserve(place->counts.size() + slice.counts.size());
  auto a = place->counts.begin();
  auto b = slice.counts.begin();
  while (a != place->counts.end() || b != slice.counts.end()) {
    if (b == slice.counts.end() || (a != place->counts.end() && a->first < b->first)) {
      both.push_back(*a++);
    } else if (a == place->counts.end() || b->first < a->first) {
      both.push_back(*b++);
    } else {
      both.emplace_back(a->first, a->second + b->second);
      ++a;
      ++b;
    }
  }
  place->counts = std::move(both);
}

void Timeline::merge(const Timeline& other) {
  if (other.seconds_.size() > seconds_.size()) seconds_.resize(other.seconds_.size());
  for (std::size_t i = 0; i < other.seconds_.size(); ++i) {
    seconds_[i].requests += other.seconds_[i].requests;
    seconds_[i].bad += other.seconds_[i].bad;
  }
  for (Slice& slice : other.slices()) add(closed_[slice.cls], std::move(slice));
}

void Timeline::restore(std::vector<Second> seconds, std::vector<Slice> slices) {
  seconds_ = std::move(seconds);
  for (Slice& slice : slices) closed_[slice.cls].push_back(std::move(slice));
}

std::vector<Slice> Timeline::slices(std::uint32_t from) const {
  std::vector<Slice> all;
  for (std::uint32_t cls = 0; cls < open_.size(); ++cls) {
    const std::vector<Slice>& closed = closed_[cls];
    const auto first = std::lower_bound(
        closed.begin(), closed.end(), from,
        [](const Slice& s, std::uint32_t interval) { return s.interval < interval; });
    std::vector<Slice> of_class(first, closed.end());
    const Open& open = open_[cls];
    if (!open.used.empty() && open.interval >= from) add(of_class, slice_of(open, cls));
    for (Slice& slice : of_class) all.push_back(std::move(slice));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Slice& a, const Slice& b) { return a.interval < b.interval; });
  return all;
}

}  // namespace reports
