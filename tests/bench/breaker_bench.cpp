// What a breaker costs each call: the check and the report of its outcome, with a thousand keys and
// a hundred thousand, asked in an order that no cache can guess.
#include <benchmark/benchmark.h>

#include "agent/providers/circuit_breaker.hpp"
#include "world/real_clock.hpp"

namespace {

struct Bench {
  world::RealClock clock;
  agent::CircuitBreaker breaker;
  std::vector<std::string> keys;

  explicit Bench(std::size_t n)
      : breaker(clock, agent::BreakerConfig{}, std::chrono::seconds(31), agent::Defect::none,
                [](auto, auto, auto, auto) {}) {
    for (std::size_t i = 0; i < n; ++i) keys.push_back("tool:t" + std::to_string(i));
    for (const std::string& key : keys) breaker.admit(key);
  }
  // Steps through all keys, far from one to the next.
  const std::string& next() {
    at = (at + 61'803) % keys.size();
    return keys[at];
  }
  std::size_t at = 0;
};

void breaker_check(benchmark::State& state) {
  Bench b(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(b.breaker.admit(b.next()));
}
// REQ-016
BENCHMARK(breaker_check)->Arg(1'000)->Arg(100'000);

void breaker_check_and_report(benchmark::State& state) {
  Bench b(static_cast<std::size_t>(state.range(0)));
  const agent::Outcome ok{agent::OutcomeKind::ok, 0};
  for (auto _ : state) {
    const std::string& key = b.next();
    const agent::Breaker::Permit permit = b.breaker.admit(key);
    b.breaker.report(key, permit, ok);
  }
}
// REQ-016
BENCHMARK(breaker_check_and_report)->Arg(1'000)->Arg(100'000);

// An open one refuses: what a provider that is down costs.
void breaker_refusal(benchmark::State& state) {
  Bench b(static_cast<std::size_t>(state.range(0)));
  for (const std::string& key : b.keys) b.breaker.isolate(key);
  for (auto _ : state) benchmark::DoNotOptimize(b.breaker.admit(b.next()));
}
// REQ-016
BENCHMARK(breaker_refusal)->Arg(1'000)->Arg(100'000);

}  // namespace
