// What recording one operation costs.
#include <benchmark/benchmark.h>

#include "reports/histogram.hpp"
#include "reports/recorder.hpp"
#include "world/random.hpp"

namespace {

using world::Nanos;
using world::Purpose;
constexpr Purpose kLatency("bench.latency");

std::vector<Nanos> latencies(std::size_t n) {
  const world::Random random(1);
  std::vector<Nanos> values;
  for (std::size_t i = 0; i < n; ++i) {
    values.emplace_back(static_cast<std::int64_t>(random.below(5'000'000'000, kLatency, 0, i)));
  }
  return values;
}

void histogram_record(benchmark::State& state) {
  const auto values = latencies(4'096);
  reports::Histogram histogram;
  std::size_t i = 0;
  for (auto _ : state) histogram.record(values[i++ & 4'095], 1);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(histogram_record);

void recorder_record(benchmark::State& state) {
  const auto values = latencies(4'096);
  reports::Layout layout;
  layout.duration = std::chrono::hours(2);
  layout.phases.push_back({"all", world::Instant{}, world::at(layout.duration)});
  layout.classes = {"chat"};
  layout.thresholds.push_back({reports::Latency::response, std::chrono::seconds(1), false, {}});
  reports::Recorder recorder(layout);
  std::size_t i = 0;
  for (auto _ : state) {
    reports::Operation op;
    op.id = i;
    // As in a run: 10,000 a second, recorded in the order in which they end.
    op.last_event = world::at(Nanos(5'000'000'000 +
                                    static_cast<std::int64_t>(i % 36'000'000) * 100'000));
    op.planned = op.last_event - values[i & 4'095];
    op.sent = op.planned;
    op.first_event = op.last_event;
    recorder.record(op);
    ++i;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(recorder_record);

}  // namespace
