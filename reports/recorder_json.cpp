#include "reports/recorder_json.hpp"

#include <nlohmann/json.hpp>

#include "reports/json_values.hpp"

namespace reports {

namespace {

using Json = nlohmann::ordered_json;
using Values = JsonValues;

// Octaves of counters that all histograms of a file may take together: 1 GiB.
constexpr std::size_t kOctavesMax = 131'072;

// The counters of one objective by second, five numbers each.
constexpr std::size_t kOfSecond = 5;

Json seconds_json(const std::vector<ThresholdSecond>& seconds) {
  Json flat = Json::array();
  for (const ThresholdSecond& second : seconds) {
    flat.push_back(second.n);
    flat.push_back(second.exceedances);
    flat.push_back(second.undetermined);
    flat.push_back(second.values);
    flat.push_back(second.sum_ns);
  }
  return flat;
}

// They must add up to the counters of the whole run.
std::vector<ThresholdSecond> seconds_of(const Json& row, const ThresholdCount& all) {
  const Json& flat = Values::list(row, "seconds");
  if (flat.size() % kOfSecond != 0 || flat.size() / kOfSecond > Timeline::kSecondsMax)
    Values::refuse("seconds", "is not a list of five numbers a second, or too long");
  std::vector<ThresholdSecond> seconds;
  ThresholdCount sum;
  for (std::size_t i = 0; i < flat.size(); i += kOfSecond) {
    const auto number = [&](std::size_t k) {
      return static_cast<std::uint32_t>(Values::count(flat[i + k], "seconds", UINT32_MAX));
    };
    ThresholdSecond second{number(0), number(1), number(2), number(3), 0};
    second.sum_ns = Values::count(flat[i + 4], "seconds", UINT64_MAX);
    sum.n += second.n;
    sum.exceedances += second.exceedances;
    sum.undetermined += second.undetermined;
    seconds.push_back(second);
  }
  if (sum.n != all.n || sum.exceedances != all.exceedances || sum.undetermined != all.undetermined)
    Values::refuse("seconds", "do not add up to the counts of their objective");
  return seconds;
}

// Counts as [index, count, index, count, ...] in ascending order.
Json counts_json(const Histogram& histogram) {
  Json counts = Json::array();
  histogram.for_each([&](std::size_t index, std::uint64_t count) {
    counts.push_back(index);
    counts.push_back(count);
  });
  return counts;
}

Json histogram_json(const Histogram& histogram) {
  const Histogram::Exact exact = histogram.exact();
  Json json;
  json["min"] = exact.min;
  json["max"] = exact.max;
  json["sum"] = Json::array();
  json["sum"].push_back(exact.sum_high);
  json["sum"].push_back(exact.sum_low);
  json["overflow"] = exact.overflow;
  json["counts"] = counts_json(histogram);
  return json;
}

// visit(index, count) of a list of pairs whose indices ascend and whose counts add up to kCountMax.
template <class Visit>
void for_each_count(const Json& pairs, std::size_t index_max, std::uint64_t count_max,
                    Visit&& visit) {
  if (!pairs.is_array() || pairs.size() % 2 != 0 || pairs.empty())
    Values::refuse("counts", "is not a list of pairs");
  std::uint64_t total = 0;
  std::uint64_t after = 0;
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    const std::uint64_t index = Values::count(pairs[i], "counts", index_max);
    const std::uint64_t count = Values::count(pairs[i + 1], "counts", count_max);
    if (index < after || count == 0) Values::refuse("counts", "is not in ascending order");
    if (count > Values::kCountMax - total) Values::refuse("counts", "add up to too many");
    after = index + 1;
    total += count;
    visit(static_cast<std::size_t>(index), count);
  }
}

void read_histogram(const Json& json, std::size_t& octaves, Histogram& into) {
  std::size_t octave = SIZE_MAX;
  for_each_count(Values::member(json, "counts"), Histogram::kCounters - 1, Values::kCountMax,
                 [&](std::size_t index, std::uint64_t count) {
                   if (octave != index >> Histogram::kHalfMagnitude && ++octaves > kOctavesMax)
                     Values::refuse("counts", "would take more than 1 GiB of memory");
                   octave = index >> Histogram::kHalfMagnitude;
                   into.record_index(index, count);
                 });
  const Json& sum = Values::list(json, "sum");
  if (sum.size() != 2) Values::refuse("sum", "is not two halves");
  Histogram::Exact exact;
  exact.min = Values::integer(Values::member(json, "min"), "min");
  exact.max = Values::integer(Values::member(json, "max"), "max");
  exact.sum_high = Values::count(sum[0], "sum", UINT64_MAX);
  exact.sum_low = Values::count(sum[1], "sum", UINT64_MAX);
  exact.overflow = Values::count(Values::member(json, "overflow"), "overflow");
  if (!into.set_exact(exact))
    Values::refuse("min, max, sum, overflow", "cannot be those of the counts beside them");
}

Json slices_json(const Timeline& timeline) {
  Json json = Json::array();
  for (const Slice& slice : timeline.slices()) {
    Json row = Json::array();
    row.push_back(slice.interval);
    row.push_back(slice.cls);
    row.push_back(slice.max_ns);
    Json& counts = row.emplace_back(Json::array());
    for (const auto& [counter, count] : slice.counts) {
      counts.push_back(counter);
      counts.push_back(count);
    }
    json.push_back(std::move(row));
  }
  return json;
}

Slice slice_of(const Json& json, std::size_t classes) {
  if (!json.is_array() || json.size() != 4) Values::refuse("slices", "has a row of another shape");
  Slice slice;
  slice.interval =
      static_cast<std::uint32_t>(Values::count(json[0], "slices", Timeline::kIntervalsMax - 1));
  slice.cls = static_cast<std::uint32_t>(Values::count(json[1], "slices", classes - 1));
  slice.max_ns = static_cast<std::int64_t>(
      Values::count(json[2], "slices", static_cast<std::uint64_t>(Histogram::kHighest)));
  for_each_count(json[3], Histogram::kCounters - 1, UINT32_MAX,
                 [&](std::size_t index, std::uint64_t count) {
                   slice.counts.emplace_back(static_cast<std::uint16_t>(index),
                                             static_cast<std::uint32_t>(count));
                 });
  if (Histogram::index_of(slice.max_ns) != slice.counts.back().first)
    Values::refuse("slices", "has a maximum that is not in its counts");
  return slice;
}

void read_timeline(const Json& json, std::size_t classes, Timeline& into) {
  const Json& flat = Values::list(json, "seconds");
  if (flat.size() % 2 != 0 || flat.size() / 2 > Timeline::kSecondsMax)
    Values::refuse("seconds", "is not a list of pairs, or too long");
  std::vector<Second> seconds;
  for (std::size_t i = 0; i < flat.size(); i += 2) {
    Second second;
    second.requests = static_cast<std::uint32_t>(Values::count(flat[i], "seconds", UINT32_MAX));
    second.bad = static_cast<std::uint32_t>(Values::count(flat[i + 1], "seconds", second.requests));
    seconds.push_back(second);
  }
  std::vector<Slice> slices;
  for (const Json& row : Values::list(json, "slices")) {
    Slice slice = slice_of(row, classes);
    const auto key = [](const Slice& s) { return std::pair(s.interval, s.cls); };
    if (!slices.empty() && key(slices.back()) >= key(slice))
      Values::refuse("slices", "are not in order");
    slices.push_back(std::move(slice));
  }
  into.restore(std::move(seconds), std::move(slices));
}

}  // namespace

Json RecorderJson::written(const Recorder& recorder) {
  const Layout& layout = recorder.layout_;
  Json json;
  json["planned"] = recorder.planned_;
  json["sent"] = recorder.sent_;
  json["failures"] = recorder.failures_;

  Json& thresholds = json["thresholds"] = Json::array();
  for (std::size_t i = 0; i < layout.thresholds.size(); ++i) {
    const ThresholdCount& count = recorder.threshold_counts_[i];
    Json row;
    row["latency"] = name_of(layout.thresholds[i].latency);
    row["bound_ns"] = layout.thresholds[i].bound.count();
    row["n"] = count.n;
    row["exceedances"] = count.exceedances;
    row["undetermined"] = count.undetermined;
    row["seconds"] = seconds_json(recorder.threshold_seconds_[i]);
    thresholds.push_back(std::move(row));
  }

  Json& cells = json["cells"] = Json::array();
  for (std::size_t i = 0; i < recorder.cells_.size(); ++i) {
    if (!recorder.cells_[i]) continue;
    const Recorder::Cell& cell = *recorder.cells_[i];
    Json row;
    row["phase"] = i / (layout.classes.size() * kOutcomes * 2);
    row["class"] = i / (kOutcomes * 2) % layout.classes.size();
    row["outcome"] = name_of(static_cast<Outcome>(i / 2 % kOutcomes));
    row["streamed"] = i % 2 == 1;
    row["count"] = cell.count;
    row["sent"] = cell.sent;
    Json& latencies = row["latencies"] = Json::object();
    for (std::size_t l = 0; l < kLatencies; ++l) {
      if (cell.latencies[l].count() == 0) continue;
      latencies[std::string(name_of(static_cast<Latency>(l)))] = histogram_json(cell.latencies[l]);
    }
    cells.push_back(std::move(row));
  }

  Json& seconds = json["seconds"] = Json::array();
  for (const Second& second : recorder.timeline_.seconds()) {
    seconds.push_back(second.requests);
    seconds.push_back(second.bad);
  }
  json["slices"] = slices_json(recorder.timeline_);
  return json;
}

void RecorderJson::read(const Json& json, Recorder& recorder) {
  const Layout& layout = recorder.layout_;
  recorder.planned_ = Values::count(Values::member(json, "planned"), "planned");
  recorder.sent_ = Values::count(Values::member(json, "sent"), "sent");
  const Json& failures = Values::list(json, "failures");
  if (failures.size() != kFailures) Values::refuse("failures", "is not one count for each kind");
  for (std::size_t i = 0; i < kFailures; ++i)
    recorder.failures_[i] = Values::count(failures[i], "failures");

  const Json& thresholds = Values::list(json, "thresholds");
  if (thresholds.size() != layout.thresholds.size())
    Values::refuse("thresholds", "are not those of the objectives");
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    const Json& row = thresholds[i];
    const Threshold& threshold = layout.thresholds[i];
    if (Values::text(row, "latency") != name_of(threshold.latency) ||
        Values::integer(Values::member(row, "bound_ns"), "bound_ns") != threshold.bound.count())
      Values::refuse("thresholds", "are not those of the objectives");
    ThresholdCount& count = recorder.threshold_counts_[i];
    count.n = Values::count(Values::member(row, "n"), "n");
    count.exceedances = Values::count(Values::member(row, "exceedances"), "exceedances", count.n);
    count.undetermined = Values::count(Values::member(row, "undetermined"), "undetermined",
                                       count.n - count.exceedances);
    recorder.threshold_seconds_[i] = seconds_of(row, count);
  }

  std::size_t octaves = 0;
  std::size_t after = 0;
  for (const Json& row : Values::list(json, "cells")) {
    const std::uint64_t phase =
        Values::count(Values::member(row, "phase"), "phase", layout.phases.size() - 1);
    const std::uint64_t cls =
        Values::count(Values::member(row, "class"), "class", layout.classes.size() - 1);
    const std::string& outcome = Values::text(row, "outcome");
    std::size_t which = 0;
    while (which < kOutcomes && name_of(static_cast<Outcome>(which)) != outcome) ++which;
    if (which == kOutcomes) Values::refuse("outcome", "is none that there is");
    const std::size_t streamed = Values::truth(row, "streamed") ? 1 : 0;
    const std::size_t index =
        ((phase * layout.classes.size() + cls) * kOutcomes + which) * 2 + streamed;
    if (index < after) Values::refuse("cells", "are not in order");
    after = index + 1;
    recorder.cells_[index] = std::make_unique<Recorder::Cell>();
    Recorder::Cell& cell = *recorder.cells_[index];
    cell.count = Values::count(Values::member(row, "count"), "count");
    cell.sent = Values::count(Values::member(row, "sent"), "sent", cell.count);
    const Json& latencies = Values::member(row, "latencies");
    if (!latencies.is_object()) Values::refuse("latencies", "is not an object");
    std::size_t known = 0;
    for (std::size_t l = 0; l < kLatencies; ++l) {
      const auto found = latencies.find(std::string(name_of(static_cast<Latency>(l))));
      if (found == latencies.end()) continue;
      ++known;
      read_histogram(*found, octaves, cell.latencies[l]);
    }
    if (known != latencies.size()) Values::refuse("latencies", "has one that is unknown");
  }
  read_timeline(json, layout.classes.size(), recorder.timeline_);
}

}  // namespace reports
