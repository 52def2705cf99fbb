// Before a run: reading scenario files and making plans; and whole runs in virtual time.
#include <benchmark/benchmark.h>

#include "harness/run/run.hpp"
#include "harness/scenario/loader.hpp"

namespace {

std::string scenario_file(const char* name) {
  return std::string(SHAKEDOWN_SOURCE_DIR) + "/scenarios/" + name;
}

void scenario_parse(benchmark::State& state) {
  const std::string file = scenario_file("backend_down.yaml");
  for (auto _ : state) benchmark::DoNotOptimize(harness::load_scenario(file).seed);
}
BENCHMARK(scenario_parse)->Unit(benchmark::kMicrosecond);

// Items are planned requests.
void plan_poisson(benchmark::State& state) {
  const harness::Scenario scenario = harness::parse_scenario(
      "scenario: p\nbackends: {b: {}}\nphases: {all: 1000s}\n"
      "load: {c: {arrivals: poisson(1000/s), users: 1000}}\nslo: [error_rate < 5%]\n",
      "bench.yaml");
  std::int64_t items = 0;
  for (auto _ : state) {
    items += static_cast<std::int64_t>(
        harness::make_plan(scenario, world::Random(1)).requests.size());
  }
  state.SetItemsProcessed(items);
}
BENCHMARK(plan_poisson)->Unit(benchmark::kMillisecond);

void run_whole(benchmark::State& state, const char* name, const std::string& set) {
  harness::LoadOptions load;
  if (!set.empty()) load.sets.push_back(set);
  harness::Scenario scenario = harness::load_scenario(scenario_file(name), load);
  const std::uint64_t seed = scenario.seed;
  const harness::Prepared prepared = harness::prepare(std::move(scenario), seed);
  std::uint64_t items = 0;
  for (auto _ : state) {
    const auto result = harness::run_scenario(prepared, harness::RunOptions{}, {});
    items += result.record.counts.sent;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(items));
}

// Items are full requests: client -> agent -> fake -> back, recorded and judged by the oracles.
void run_azure_trace(benchmark::State& state) { run_whole(state, "azure_code_replay.yaml", ""); }
BENCHMARK(run_azure_trace)->Unit(benchmark::kMillisecond);

void run_full_requests(benchmark::State& state) {
  harness::Scenario scenario = harness::parse_scenario(
      "scenario: full\nbackends: {b: {ttft: 300ms, inter_token: 20ms}}\nphases: {all: 60s}\n"
      "load: {c: {arrivals: constant(2000/s), users: round_robin(10000), sessions: one per request,"
      " output_tokens: 20, ask: How do I reset my password}}\n"
      "slo: [response.p95 < 30s, error_rate < 1%]\n"
      "invariants: [terminal_once, no_empty_response, conversation_integrity]\n",
      "bench.yaml");
  const harness::Prepared prepared = harness::prepare(std::move(scenario), 7);
  std::uint64_t items = 0;
  for (auto _ : state) {
    const auto result = harness::run_scenario(prepared, harness::RunOptions{}, {});
    items += result.record.counts.of(reports::Outcome::ok);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(items));
}
BENCHMARK(run_full_requests)->Unit(benchmark::kMillisecond);

void run_backend_down(benchmark::State& state) { run_whole(state, "backend_down.yaml", ""); }
BENCHMARK(run_backend_down)->Unit(benchmark::kMillisecond);

}  // namespace
