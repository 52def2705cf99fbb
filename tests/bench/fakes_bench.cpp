// What the limits and the scheduler of the fakes cost.
#include <benchmark/benchmark.h>

#include "fakes/capacity.hpp"
#include "fakes/rate_limiter.hpp"
#include "world/scope.hpp"
#include "world/sim_clock.hpp"

namespace {

using world::Nanos;
using world::Task;

// Items are requests, of a thousand API keys, admitted and settled.
void limits_admit(benchmark::State& state) {
  fakes::Limits limits;
  limits.requests_per_minute = 1'000'000;
  limits.tokens_per_minute = 1'000'000'000;
  limits.requests_per_day = 1'000'000'000;
  fakes::RateLimiter limiter(limits);
  std::int64_t n = 0;
  for (auto _ : state) {
    ++n;
    const fakes::RateLimiter::Ticket ticket{static_cast<std::uint64_t>(n % 1'000), 500,
                                            world::at(Nanos(n * 1'000))};
    benchmark::DoNotOptimize(limiter.admit(ticket));
    limiter.settle(ticket, 300, ticket.at);
  }
  state.SetItemsProcessed(n);
}
BENCHMARK(limits_admit);

Task<void> answer(world::Clock& clock, fakes::Capacity& capacity, Nanos comes) {
  co_await clock.sleep(comes);
  fakes::Capacity::Place place(capacity);
  co_await place.wait();
  world::Instant due = capacity.pace().now();
  for (int token = 0; token < 20; ++token) {
    due += Nanos(1'000'000);
    co_await capacity.pace().sleep_until(due);
  }
}

Task<void> answers(world::Clock& clock, fakes::Capacity& capacity, int n) {
  world::Scope scope(clock);
  for (int i = 0; i < n; ++i) scope.spawn(answer(clock, capacity, Nanos(i * 10'000)));
  co_await scope.join();
}

// Items are tokens: 10,000 answers, a thousand of them at once, each of which changes the pace.
void capacity_tokens(benchmark::State& state) {
  fakes::Scheduler scheduler;
  scheduler.slots = 1'000;
  scheduler.knee = 200;
  scheduler.queue_max = 10'000;
  for (auto _ : state) {
    world::SimClock clock;
    fakes::Capacity capacity(clock, scheduler, Nanos{0});
    clock.run(answers(clock, capacity, 10'000));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * 200'000);
}
BENCHMARK(capacity_tokens)->Unit(benchmark::kMillisecond);

}  // namespace
