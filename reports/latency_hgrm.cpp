#include "reports/latency_hgrm.hpp"

#include <fmt/format.h>

#include <cmath>

#include "reports/measurements.hpp"
#include "reports/percentile_steps.hpp"

namespace reports {

namespace {

constexpr double kMillisecond = 1e6;

// Mean and standard deviation by the middles of the counters, as HdrHistogram computes them.
struct Moments {
  double mean = 0;
  double deviation = 0;
};

Moments moments_of(const Histogram& histogram) {
  if (histogram.count() == 0) return {};
  const auto n = static_cast<double>(histogram.count());
  const auto middle = [](std::size_t index) {
    const std::int64_t low = Histogram::lowest_equivalent(index);
    return static_cast<double>(low + (Histogram::highest_equivalent(index) - low + 1) / 2);
  };
  Moments moments;
  histogram.for_each([&](std::size_t index, std::uint64_t count) {
    moments.mean += middle(index) * static_cast<double>(count) / n;
  });
  double squares = 0;
  histogram.for_each([&](std::size_t index, std::uint64_t count) {
    squares += std::pow(middle(index) - moments.mean, 2) * static_cast<double>(count);
  });
  moments.deviation = std::sqrt(squares / n);
  return moments;
}

}  // namespace

void write_latency_hgrm(const RunRecord& run, const Environment&, const Sink& sink) {
  const Histogram all = run.measurements
                            ? run.measurements->recorder.histogram(Latency::response)
                            : Histogram();
  sink(fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount",
                   "1/(1-Percentile)"));
  for (const PercentileStep& step : percentile_steps(all)) {
    const double share = step.percentile / 100.0;
    sink(fmt::format("{:12.3f} {:2.12f} {:10d}", static_cast<double>(step.value) / kMillisecond,
                     std::nextafter(share, 2.0), step.count));  // a tie is rounded up there
    sink(step.percentile < 100.0 ? fmt::format(" {:14.2f}\n", 1 / (1.0 - share)) : "\n");
  }
  const Moments moments = moments_of(all);
  const std::int64_t max =
      all.count() == 0
          ? 0
          : Histogram::highest_equivalent(Histogram::index_of(all.max().count()));
  sink(fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n",
                   moments.mean / kMillisecond, moments.deviation / kMillisecond));
  sink(fmt::format("#[Max     = {:12.3f}, Total count    = {:12d}]\n",
                   static_cast<double>(max) / kMillisecond, all.count()));
  sink(fmt::format("#[Buckets = {:12d}, SubBuckets     = {:12d}]\n", Histogram::kOctaves - 1,
                   2 * Histogram::kPerOctave));
}

}  // namespace reports
