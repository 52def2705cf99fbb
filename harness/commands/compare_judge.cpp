#include "harness/commands/compare_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "harness/commands/compare_pairs.hpp"
#include "reports/text.hpp"

namespace harness {

using reports::human_count;
using reports::human_number;
using reports::Latency;
using reports::Outcome;
using reports::Verdict;

namespace {

constexpr double kAlpha = 0.05;
constexpr std::size_t kWorstShown = 3;
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr std::array kLatenciesCompared{Latency::response, Latency::service, Latency::ttft,
                                        Latency::stall};

// Shares of FAIL over all metrics, as over objectives.
double alpha_fail(std::size_t metrics) {
  return kAlpha / static_cast<double>(std::max<std::size_t>(1, metrics));
}

std::optional<double> finite(double value) {
  if (std::isfinite(value)) return value;
  return std::nullopt;
}

// The value of a request for a metric; nothing when it says nothing about it. A user who gave up
// is no error of the target, but an answer that did not come: not good, and as slow as the wait.
std::optional<double> value_of(const FinishedRequest& r, const ComparedMetric& metric) {
  if (metric.summary.kind == Summary::Kind::failed_share) {
    const bool is_judged = r.outcome != Outcome::cancelled && r.outcome != Outcome::in_flight;
    if (!is_judged) return std::nullopt;
  }
  if (metric.summary.kind != Summary::Kind::percentile)
    return r.outcome == Outcome::ok ? 0 : kInfinite;
  reports::Operation op;
  op.planned = r.planned;
  op.sent = r.sent;
  op.first_event = r.first_event;
  op.last_event = r.last_event;
  op.stall = r.stall;
  op.streamed = r.streamed;
  const bool is_of_stream = metric.latency == Latency::ttft || metric.latency == Latency::stall;
  if (is_of_stream && !r.streamed) return std::nullopt;
  const bool gave_up = r.outcome == Outcome::cancelled;
  if (r.outcome != Outcome::ok && !gave_up) return kInfinite;
  auto latency = latency_of(op, metric.latency);
  if (gave_up && !latency && metric.latency == Latency::ttft)
    latency = latency_of(op, Latency::service);  // the first event would have come later still
  if (!latency) return std::nullopt;
  return reports::milliseconds(*latency);
}

// A candidate without any value is judged in sim (as the worst there is), and refused in live.
MetricComparison measured(const ComparedMetric& metric, const Series& base,
                          const Series& candidate, bool sim) {
  for (const Series* side : {&base, &candidate}) {
    const bool is_candidate = side == &candidate;
    if (!side->values.empty() || (sim && is_candidate && !base.values.empty())) continue;
    throw FinishedRunError("--metric " + metric.name + ": no request of the " +
                           (is_candidate ? "candidate" : "base") +
                           " says anything about it; give another one");
  }
  MetricComparison m;
  m.metric = metric;
  const double before = summary_of(base, metric.summary);
  const double after = candidate.values.empty() && metric.summary.more_is_better() ? 0
                       : candidate.values.empty() ? kInfinite
                                                  : summary_of(candidate, metric.summary);
  m.base = finite(before);
  m.candidate = finite(after);
  m.ratio = times_worse(before, after, metric.summary);
  return m;
}

using Pairs = std::vector<std::pair<const FinishedRun*, const FinishedRun*>>;

Pairs pairs_of(std::span<const FinishedRun> base, std::span<const FinishedRun> candidate) {
  std::map<std::uint64_t, const FinishedRun*> by_seed;
  for (const FinishedRun& run : base) by_seed[run.record.seed] = &run;
  Pairs pairs;
  for (const FinishedRun& run : candidate) {
    const auto found = by_seed.find(run.record.seed);
    if (found != by_seed.end()) pairs.emplace_back(found->second, &run);
  }
  std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
    return a.first->record.seed < b.first->record.seed;
  });
  return pairs;
}

std::optional<double> summary_if_any(const FinishedRun& run, const ComparedMetric& metric) {
  const Series series = series_of({&run, 1}, metric);
  if (series.values.empty()) return std::nullopt;
  return summary_of(series, metric.summary);
}

std::vector<SeedPair> values_of(const Pairs& pairs, const ComparedMetric& metric) {
  std::vector<SeedPair> values;
  for (const auto& [base, candidate] : pairs)
    values.push_back({summary_if_any(*base, metric), summary_if_any(*candidate, metric)});
  return values;
}

// How many more seconds, if the ratio stays and the interval narrows with the root of the time.
std::string more_seconds(const MetricComparison& m, double delta, double seconds) {
  const double to_limit = std::fabs(1 + delta - m.ratio);
  const double reach = m.ratio > 1 + delta ? m.ratio - *m.low : *m.high - m.ratio;
  const double factor = to_limit > 0 ? (reach / to_limit) * (reach / to_limit) : kInfinite;
  if (!(factor * seconds < 1e7)) return "; too close to the limit to tell";
  const double more = std::ceil(std::max(1.0, (factor - 1) * seconds));
  return fmt::format("; about {} more seconds on each side would tell",
                     human_count(static_cast<std::uint64_t>(more)));
}

void judge_live(MetricComparison& m, const Series& base, const Series& candidate, double delta,
                double alpha) {
  if (!m.base && !m.candidate && m.metric.summary.kind == Summary::Kind::percentile) {
    m.why = "among failures on both sides: nothing to compare";
    return;
  }
  BootstrapOptions options;
  options.alpha_low = alpha;
  options.alpha_high = kAlpha;
  const RatioInterval interval = bootstrap_ratio(base, candidate, m.metric.summary, options);
  m.low = interval.low;
  m.high = interval.high;
  const double limit = 1 + delta;
  m.verdict = interval.low > limit    ? Verdict::fail
              : interval.high < limit ? Verdict::pass
                                      : Verdict::inconclusive;
  m.why = fmt::format("{}, between {} and {} times, limit {} ({})", as_bad(m.ratio),
                      factor(interval.low), factor(interval.high), human_number(limit, 4),
                      interval.block_seconds == 0
                          ? std::string("whole runs drawn again")
                          : fmt::format("blocks of {} s drawn again", interval.block_seconds));
  if (m.verdict == Verdict::inconclusive) {
    m.why += more_seconds(m, delta, std::min(base.seconds(), candidate.seconds()));
  }
}

std::string told(const FinishedRequest& r) {
  return std::string(reports::name_of(r.outcome)) + " " +
         reports::human_duration(r.last_event - r.planned);
}

// How much worse a request came out: a failure that was none weighs more than any delay.
std::int64_t harm(const FinishedRequest& before, const FinishedRequest& after) {
  constexpr std::int64_t kFailed = std::int64_t{1} << 60;
  const auto cost = [](const FinishedRequest& r) {
    return (r.last_event - r.planned).count() + (r.outcome == Outcome::ok ? 0 : kFailed);
  };
  return cost(after) - cost(before);
}

void diff_requests(Comparison& comparison, const FinishedRun& base, const FinishedRun& candidate) {
  std::vector<std::pair<const FinishedRequest*, const FinishedRequest*>> changed;
  auto other = candidate.requests.begin();
  for (const FinishedRequest& before : base.requests) {
    while (other != candidate.requests.end() && other->id < before.id) ++other;
    if (other == candidate.requests.end()) break;
    if (other->id != before.id) continue;
    ++comparison.compared_requests;
    const bool same = other->outcome == before.outcome && other->last_event == before.last_event &&
                      other->first_event == before.first_event;
    if (!same) changed.emplace_back(&before, &*other);
  }
  comparison.changed_requests = changed.size();
  std::stable_sort(changed.begin(), changed.end(), [](const auto& a, const auto& b) {
    return harm(*a.first, *a.second) > harm(*b.first, *b.second);
  });
  for (std::size_t i = 0; i < std::min(changed.size(), kWorstShown); ++i) {
    if (harm(*changed[i].first, *changed[i].second) <= 0) break;
    comparison.worst.push_back(
        {changed[i].first->turn, told(*changed[i].first), told(*changed[i].second)});
  }
}

std::string target_of(const reports::RunRecord& record) {
  return record.profile.empty() ? "an external target" : "profile " + record.profile;
}

Verdict worst_of(const std::vector<MetricComparison>& metrics) {
  Verdict verdict = Verdict::pass;
  for (const MetricComparison& m : metrics) {
    if (m.verdict == Verdict::fail) return Verdict::fail;
    if (m.verdict != Verdict::pass) verdict = Verdict::inconclusive;
  }
  return verdict;
}

}  // namespace

ComparedMetric compared_metric(std::string_view name) {
  ComparedMetric metric;
  metric.name = name;
  if (name == "error_rate" || name == "goodput") {
    const bool is_rate = name == "error_rate";
    metric.unit = is_rate ? "ratio" : "/s";
    metric.summary.kind =
        is_rate ? Summary::Kind::failed_share : Summary::Kind::good_per_second;
    return metric;
  }
  metric.unit = "ms";
  const std::size_t dot = name.find(".p");
  for (const Latency latency : kLatenciesCompared) {
    if (dot == std::string_view::npos || reports::name_of(latency) != name.substr(0, dot)) continue;
    metric.latency = latency;
    const std::string digits(name.substr(dot + 2));
    char* end = nullptr;
    const double percentile = std::strtod(digits.c_str(), &end);
    const bool is_number = !digits.empty() && digits.front() >= '0' && digits.front() <= '9' &&
                           *end == '\0';
    if (!is_number || !(percentile > 0 && percentile < 100)) {
      throw FinishedRunError("--metric " + metric.name +
                             ": a percentile is above 0 and below 100, as response.p99.9");
    }
    metric.summary.percentile_ppm = static_cast<std::uint32_t>(std::lround(percentile * 1e4));
    return metric;
  }
  throw FinishedRunError("--metric " + metric.name +
                         ": not a metric that can be compared; there are response.pNN, "
                         "service.pNN, ttft.pNN, stall.pNN, error_rate and goodput");
}

std::vector<ComparedMetric> default_metrics() {
  return {compared_metric("response.p95"), compared_metric("response.p99"),
          compared_metric("error_rate"), compared_metric("goodput")};
}

Series series_of(std::span<const FinishedRun> runs, const ComparedMetric& metric) {
  Series series;
  std::uint32_t begin = 0;
  for (const FinishedRun& run : runs) {
    const auto seconds = static_cast<std::uint32_t>(std::max<std::int64_t>(
        1, (run.record.duration.count() + 999'999'999) / 1'000'000'000));
    for (const FinishedRequest& request : run.requests) {
      const std::optional<double> value = value_of(request, metric);
      if (!value) continue;
      const auto second = static_cast<std::uint64_t>(
          world::since_start(request.planned).count() / 1'000'000'000);
      const std::uint64_t within = std::min<std::uint64_t>(second, seconds - 1);
      series.values.push_back({*value, begin + static_cast<std::uint32_t>(within)});
    }
    series.run_seconds.push_back(seconds);
    begin += seconds;
  }
  return series;
}

Comparison compare(std::span<const FinishedRun> base, std::span<const FinishedRun> candidate,
                   const CompareOptions& options) {
  Comparison comparison;
  comparison.scenario = base.front().record.scenario;
  comparison.mode = base.front().record.mode;
  comparison.base_runs = base.size();
  comparison.candidate_runs = candidate.size();
  const bool sim = comparison.mode == "sim";
  const Pairs pairs = sim ? pairs_of(base, candidate) : Pairs{};
  comparison.pairs = pairs.size();
  comparison.method = !sim ? "non-inferiority" : pairs.size() == 1 ? "exact" : "paired";
  const double alpha = alpha_fail(options.metrics.size());

  std::vector<FinishedRun> paired_base, paired_candidate;  // copies only when seeds are unpaired
  if (sim && (pairs.size() != base.size() || pairs.size() != candidate.size())) {
    for (const auto& [one, other] : pairs) {
      paired_base.push_back(*one);
      paired_candidate.push_back(*other);
    }
    base = paired_base;
    candidate = paired_candidate;
    comparison.notes.push_back(fmt::format("only the {} seeds that both sides have are compared",
                                           pairs.size()));
  }
  for (const ComparedMetric& metric : options.metrics) {
    const Series before = series_of(base, metric), after = series_of(candidate, metric);
    MetricComparison m = measured(metric, before, after, sim);
    if (!sim) judge_live(m, before, after, options.delta, alpha);
    else if (pairs.size() == 1) judge_exact(m, values_of(pairs, metric).front(), options.delta);
    else judge_pairs(m, values_of(pairs, metric), options.delta, {kAlpha, alpha});
    comparison.metrics.push_back(std::move(m));
  }
  if (pairs.size() == 1) diff_requests(comparison, *pairs.front().first, *pairs.front().second);
  comparison.notes.push_back(target_of(base.front().record) + " against " +
                             target_of(candidate.front().record));
  comparison.verdict = worst_of(comparison.metrics);
  return comparison;
}

}  // namespace harness
