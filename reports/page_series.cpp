#include <algorithm>
#include <nlohmann/json.hpp>

#include "reports/page_data.hpp"
#include "reports/text.hpp"

namespace reports {

namespace {

using Json = PageJson;

constexpr int kDigits = 4;           // of a latency that is drawn
constexpr std::size_t kClassesMax = 16;  // with series of their own

using Counters = std::vector<std::pair<std::uint16_t, std::uint32_t>>;

struct Percentiles {
  std::uint64_t count = 0;
  std::int64_t p50 = 0, p95 = 0, p99 = 0, max = 0;
};

// Of counters in ascending order, each the top of its counter and at most the maximum.
Percentiles percentiles_of(const Counters& counters, std::int64_t max) {
  Percentiles p;
  for (const auto& [counter, count] : counters) p.count += count;
  p.max = max;
  const std::uint64_t r50 = nearest_rank(p.count, 500'000);
  const std::uint64_t r95 = nearest_rank(p.count, 950'000);
  const std::uint64_t r99 = nearest_rank(p.count, 990'000);
  std::uint64_t upto = 0;
  for (const auto& [counter, count] : counters) {
    const std::uint64_t before = upto;
    upto += count;
    const std::int64_t top = std::min(max, Histogram::highest_equivalent(counter));
    const auto holds = [&](std::uint64_t rank) { return before < rank && rank <= upto; };
    if (holds(r50)) p.p50 = top;
    if (holds(r95)) p.p95 = top;
    if (holds(r99)) p.p99 = top;
  }
  return p;
}

// One row of percentiles over time; null where nothing ended.
class LatencySeries {
 public:
  explicit LatencySeries(std::size_t n) : rows_(n) {}

  void add(std::size_t i, const Percentiles& p) { rows_[i] = p; }

  Json json() const {
    Json json;
    const auto row = [&](const char* name, auto&& value) {
      Json& values = json[name] = Json::array();
      for (const Percentiles& p : rows_)
        values.push_back(p.count == 0 ? Json(nullptr) : Json(value(p)));
    };
    Json& counts = json["count"] = Json::array();
    for (const Percentiles& p : rows_) counts.push_back(p.count);
    const auto ms = [](std::int64_t ns) { return rounded(milliseconds(Nanos(ns)), kDigits); };
    row("p50", [&](const Percentiles& p) { return ms(p.p50); });
    row("p95", [&](const Percentiles& p) { return ms(p.p95); });
    row("p99", [&](const Percentiles& p) { return ms(p.p99); });
    row("max", [&](const Percentiles& p) { return ms(p.max); });
    return json;
  }

 private:
  std::vector<Percentiles> rows_;
};

Json counts_from(const PerInterval& counts, std::size_t from, std::size_t n) {
  Json json = Json::array();
  for (std::size_t i = from; i < n; ++i) json.push_back(i < counts.size() ? counts[i] : 0);
  return json;
}

Json in_flight_from(const Lanes& lanes, std::size_t from, std::size_t n) {
  const auto at = [](const PerInterval& counts, std::size_t i) {
    return i < counts.size() ? static_cast<std::int64_t>(counts[i]) : 0;
  };
  Json json = Json::array();
  std::int64_t open = 0;
  for (std::size_t i = 0; i < n; ++i) {
    open += at(lanes.opened(), i) - at(lanes.closed(), i);
    if (i >= from) json.push_back(open);
  }
  return json;
}

void merge_into(Counters& sum, const Counters& more) {
  Counters both;
  both.reserve(sum.size() + more.size());
  std::merge(sum.begin(), sum.end(), more.begin(), more.end(), std::back_inserter(both));
  sum.clear();
  for (const auto& [counter, count] : both) {
    if (!sum.empty() && sum.back().first == counter) {
      sum.back().second += count;
    } else {
      sum.emplace_back(counter, count);
    }
  }
}

void add_latencies(Json& json, const Recorder& recorder, std::size_t from, std::size_t n) {
  const std::vector<std::string>& names = recorder.layout().classes;
  const std::size_t shown = names.size() > 1 ? std::min(names.size(), kClassesMax) : 0;
  LatencySeries all(n - from);
  std::vector<LatencySeries> by_class(shown, LatencySeries(n - from));
  const std::vector<Slice> slices = recorder.timeline().slices(static_cast<std::uint32_t>(from));
  for (auto slice = slices.begin(); slice != slices.end();) {
    const std::uint32_t interval = slice->interval;
    if (interval >= n) break;
    Counters together;
    std::int64_t max = 0;
    for (; slice != slices.end() && slice->interval == interval; ++slice) {
      merge_into(together, slice->counts);
      max = std::max(max, slice->max_ns);
      if (slice->cls >= shown) continue;
      by_class[slice->cls].add(interval - from, percentiles_of(slice->counts, slice->max_ns));
    }
    all.add(interval - from, percentiles_of(together, max));
  }
  json["response"] = all.json();
  if (shown == 0) return;
  json["classes"] = Json::object();
  for (std::size_t cls = 0; cls < shown; ++cls) json["classes"][names[cls]] = by_class[cls].json();
}

}  // namespace

std::size_t intervals_of(const Recorder& recorder, const Lanes& lanes) {
  const std::int64_t width = lanes.interval().count();
  const std::int64_t duration = recorder.layout().duration.count();
  auto n = static_cast<std::size_t>(std::max<std::int64_t>(1, (duration + width - 1) / width));
  n = std::max(n, lanes.closed().size());
  const std::vector<Slice> late = recorder.timeline().slices(static_cast<std::uint32_t>(n));
  if (!late.empty()) n = late.back().interval + std::size_t{1};
  return std::min(n, Timeline::kIntervalsMax);
}

Json series_of(const Recorder& recorder, const Lanes& lanes, std::size_t from, std::size_t n) {
  from = std::min(from, n);
  Json json;
  json["interval_s"] = seconds(lanes.interval());
  json["n"] = n;
  json["by_outcome"] = Json::object();
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    const PerInterval& counts = lanes.ended_as(outcome);
    if (!counts.empty())
      json["by_outcome"][std::string(name_of(outcome))] = counts_from(counts, from, n);
  }
  json["failures"] = Json::object();
  for (std::size_t i = 1; i < kFailures; ++i) {
    const auto failure = static_cast<Failure>(i);
    const PerInterval& counts = lanes.failed_by(failure);
    if (!counts.empty())
      json["failures"][std::string(name_of(failure))] = counts_from(counts, from, n);
  }
  json["in_flight"] = in_flight_from(lanes, from, n);
  add_latencies(json, recorder, from, n);
  return json;
}

Json lanes_of(const Lanes& lanes, std::size_t from, std::size_t intervals) {
  Json json;
  json["providers"] = Json::array();
  for (const ProviderLane& row : lanes.providers())
    json["providers"].push_back({{"name", row.name},
                                 {"ok", counts_from(row.ok, from, intervals)},
                                 {"failed", counts_from(row.failed, from, intervals)}});
  json["states"] = Json::array();
  for (const StateLane& row : lanes.states()) {
    Json changes = Json::array();
    for (const auto& [at, state] : row.changes)
      changes.push_back(Json::array({seconds(world::since_start(at)), state}));
    json["states"].push_back(
        {{"lane", row.lane}, {"name", row.name}, {"changes", std::move(changes)}});
  }
  json["gauges"] = Json::array();
  for (const GaugeLane& row : lanes.gauges()) {
    Json values = Json::array();
    for (std::size_t i = from; i < intervals; ++i) {
      const std::int64_t value = i < row.values.size() ? row.values[i] : row.last;
      values.push_back(value < 0 ? Json(nullptr) : Json(value));
    }
    json["gauges"].push_back(
        {{"lane", row.lane}, {"name", row.name}, {"values", std::move(values)}});
  }
  return json;
}

}  // namespace reports
