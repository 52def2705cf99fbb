// The simulated world by itself: events, and HTTP exchanges over one hop.
#include <benchmark/benchmark.h>

#include "world/deadline.hpp"
#include "world/http_client.hpp"
#include "world/http_server.hpp"
#include "world/sim_network.hpp"

namespace {

using world::Nanos;
using world::Task;

Task<void> sleeper(world::Clock& clock, std::uint64_t id, int times) {
  for (int i = 0; i < times; ++i) {
    co_await clock.sleep(Nanos(1'000 + static_cast<std::int64_t>((id * 7919 + i) % 100'000)));
  }
}

Task<void> sleepers(world::Clock& clock, int tasks, int times) {
  world::Scope scope(clock);
  for (int t = 0; t < tasks; ++t) scope.spawn(sleeper(clock, static_cast<std::uint64_t>(t), times));
  co_await scope.join();
}

// Items are events: 1,000 tasks, each always asleep.
void sim_events(benchmark::State& state) {
  std::uint64_t events = 0;
  for (auto _ : state) {
    world::SimClock clock;
    clock.run(sleepers(clock, 1'000, 200));
    events += clock.events();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}
BENCHMARK(sim_events)->Unit(benchmark::kMillisecond);

Task<void> answer(world::HttpServerConnection& connection, world::HttpRequest) {
  world::HttpResponse response;
  response.headers.add("content-type", "application/json");
  response.body = R"({"ok":true})";
  const auto sent = co_await connection.respond(std::move(response));
  benchmark::DoNotOptimize(sent.has_value());
}

Task<bool> exchange_once(world::HttpClient& client, world::Endpoint to) {
  world::HttpRequest request;
  request.method = "POST";
  request.body = R"({"hello":1})";
  auto exchange = co_await client.send(to, std::move(request));
  if (!exchange) co_return false;
  const auto body = co_await exchange->read_all();
  co_return body.has_value();
}

Task<void> exchange_often(world::Clock& clock, world::HttpClient& client, world::Endpoint to,
                          int times) {
  for (int i = 0; i < times; ++i) {
    auto one = exchange_once(client, to);
    const auto done =
        co_await world::with_deadline(clock, clock.now() + std::chrono::minutes(1), std::move(one));
    benchmark::DoNotOptimize(done.has_value());
  }
}

Task<void> exchanges(world::SimClock& clock, int connections, int times) {
  world::SimNetwork network(clock);
  const world::Endpoint to{"server", 80};
  auto listener = network.listen(to);
  const world::HttpHandler handler = answer;
  world::Scope service(clock);
  service.spawn(world::serve_http(clock, **listener, handler, {}));
  world::HttpClient client(clock, network);
  world::Scope users(clock);
  for (int c = 0; c < connections; ++c) users.spawn(exchange_often(clock, client, to, times));
  co_await users.join();
  client.close_idle();
  service.cancel();
  co_await service.join();
}

// Items are HTTP exchanges, parsed on both sides, with a deadline each.
void sim_http_exchanges(benchmark::State& state) {
  std::int64_t items = 0;
  for (auto _ : state) {
    world::SimClock clock;
    clock.run(exchanges(clock, 100, 200));
    items += 100 * 200;
  }
  state.SetItemsProcessed(items);
}
BENCHMARK(sim_http_exchanges)->Unit(benchmark::kMillisecond);

Task<void> stall(world::Clock& clock) { co_await clock.sleep(std::chrono::minutes(10)); }

// A 10-minute wait in virtual time.
void sim_ten_minute_stall(benchmark::State& state) {
  for (auto _ : state) {
    world::SimClock clock;
    clock.run(stall(clock));
  }
}
BENCHMARK(sim_ten_minute_stall)->Unit(benchmark::kMicrosecond);

}  // namespace
