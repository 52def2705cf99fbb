// The fair queue by itself: what a request costs that finds a slot, what one costs that waits, and
// what it costs to tell those who wait where they stand.
#include <benchmark/benchmark.h>

#include <deque>

#include "agent/queue/fair_queue.hpp"
#include "world/sim_clock.hpp"

namespace {

using agent::FairQueue;
using agent::QueueConfig;

QueueConfig roomy(std::int64_t running, std::int64_t waiting) {
  QueueConfig config;
  config.running_max = running;
  config.waiting_max = waiting;
  return config;
}

std::string user(std::int64_t i) { return "user-" + std::to_string(i); }

// REQ-030
// A slot that is free: entered, granted, given back, while so many users run one request each.
void queue_free_slot(benchmark::State& state) {
  world::SimClock clock;
  FairQueue queue(clock, roomy(100'000, 500), agent::Defect::none);
  std::deque<FairQueue::Slot> others;
  for (std::int64_t i = 0; i < state.range(0); ++i) others.emplace_back(queue, user(i));
  std::int64_t n = 0;
  for (auto _ : state) {
    FairQueue::Slot slot(queue, user(n++ % state.range(0)));
    benchmark::DoNotOptimize(slot.holds());
    slot.finish();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(queue_free_slot)->Arg(100)->Arg(10'000);

// REQ-030
// A line: with each round one of so many users leaves the slot, one is let in, one more comes.
void queue_line(benchmark::State& state) {
  world::SimClock clock;
  FairQueue queue(clock, roomy(1, state.range(0) + 1), agent::Defect::none);
  std::deque<FairQueue::Slot> slots;
  for (std::int64_t i = 0; i <= state.range(0); ++i) slots.emplace_back(queue, user(i));
  std::int64_t n = 0;
  for (auto _ : state) {
    slots.pop_front();
    slots.emplace_back(queue, user(n++ % (state.range(0) + 1)));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(queue_line)->Arg(500)->Arg(10'000);

// REQ-034
// All who wait are told their place: what a change of the line costs, and what the rest costs.
void queue_places(benchmark::State& state) {
  world::SimClock clock;
  FairQueue queue(clock, roomy(64, 10'001), agent::Defect::none);
  std::deque<FairQueue::Slot> slots;
  for (std::int64_t i = 0; i < 64 + state.range(0); ++i) slots.emplace_back(queue, user(i / 4));
  for (auto _ : state) {
    slots.pop_back();
    slots.emplace_back(queue, user(0));  // what was known of places is known no more
    for (std::size_t i = 64; i < slots.size(); ++i) {
      benchmark::DoNotOptimize(slots[i].place());
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(queue_places)->Arg(50)->Arg(500)->Arg(10'000)->Unit(benchmark::kMicrosecond);

// REQ-034
// One who comes last and is told: with each, the line is played ahead once.
void queue_place_of_newcomer(benchmark::State& state) {
  world::SimClock clock;
  FairQueue queue(clock, roomy(64, 10'001), agent::Defect::none);
  std::deque<FairQueue::Slot> slots;
  for (std::int64_t i = 0; i < 64 + state.range(0); ++i) slots.emplace_back(queue, user(i / 4));
  for (auto _ : state) {
    FairQueue::Slot slot(queue, "newcomer");
    benchmark::DoNotOptimize(slot.place());
  }
}
BENCHMARK(queue_place_of_newcomer)->Arg(50)->Arg(500)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
