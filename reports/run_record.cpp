#include "reports/run_record.hpp"

#include "reports/fingerprint.hpp"

namespace reports {

LatencySummary summary_of(const Histogram& histogram) {
  LatencySummary summary{
      histogram.count(),           histogram.percentile(500'000), histogram.percentile(900'000),
      histogram.percentile(950'000), histogram.percentile(990'000),
      histogram.percentile(999'000), histogram.max(),             histogram.mean()};
  constexpr std::array<std::uint64_t, 5> kPpm{500'000, 900'000, 950'000, 990'000, 999'000};
  for (std::size_t i = 0; i < kPpm.size() && histogram.count() > 0; ++i)
    summary.bounds[i] = percentile_bounds(histogram, kPpm[i]);
  return summary;
}

namespace {

LatencySummaries summaries_of(const Recorder& recorder, Filter where) {
  LatencySummaries summaries;
  for (std::size_t i = 0; i < kLatencies; ++i)
    summaries[i] = summary_of(recorder.histogram(static_cast<Latency>(i), where));
  return summaries;
}

// Counts of one outcome alone: what was planned, sent and ended so.
Counts only(const Counts& all, Outcome outcome) {
  Counts counts;
  counts.planned = all.of(outcome);
  counts.sent = outcome == Outcome::dropped ? 0 : counts.planned;
  counts.ended[static_cast<std::size_t>(outcome)] = counts.planned;
  return counts;
}

}  // namespace

void measure(RunRecord& record, const Recorder& recorder) {
  const Layout& layout = recorder.layout();
  record.phases = layout.phases;
  record.classes = layout.classes;
  record.counts = recorder.counts();
  record.latencies = summaries_of(recorder, Filter{});
  for (std::size_t i = 0; i < kFailures; ++i)
    record.failures[i] = recorder.failures(static_cast<Failure>(i));

  record.by_phase.clear();
  for (std::uint32_t i = 0; i < layout.phases.size(); ++i) {
    const Filter where{i, Filter::kAll};
    record.by_phase.push_back(
        {layout.phases[i].name, recorder.counts(where), summaries_of(recorder, where)});
  }
  record.by_class.clear();
  for (std::uint32_t i = 0; i < layout.classes.size(); ++i) {
    const Filter where{Filter::kAll, i};
    record.by_class.push_back(
        {layout.classes[i], recorder.counts(where), summaries_of(recorder, where)});
  }
  record.by_outcome.clear();
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    Breakdown row{std::string(name_of(outcome)), only(record.counts, outcome), {}};
    for (std::size_t l = 0; l < kLatencies; ++l)
      row.latencies[l] = summary_of(recorder.histogram(static_cast<Latency>(l), outcome));
    record.by_outcome.push_back(std::move(row));
  }

  record.interval = recorder.timeline().interval();
  record.slices = recorder.timeline().slices();
}

std::uint64_t fingerprint_of(const std::map<std::string, std::string>& configuration) {
  Fingerprint hash;
  hash.add(kResultSchema);
  for (const auto& [path, value] : configuration) {
    hash.add(path);
    hash.add(value);
  }
  return hash.value();
}

std::optional<double> SloResult::margin() const {
  if (!value || !(bound > 0)) return std::nullopt;
  return (lower_is_better ? bound - *value : *value - bound) / bound;
}

std::optional<double> RunRecord::error_rate() const {
  if (counts.judged() == 0) return std::nullopt;
  return static_cast<double>(counts.failed()) / static_cast<double>(counts.judged());
}

}  // namespace reports
