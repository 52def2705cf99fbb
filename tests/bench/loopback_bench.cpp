// Live loopback: HTTP exchanges over real sockets, client and server on one thread.
#include <benchmark/benchmark.h>

#include "world/http_client.hpp"
#include "world/http_server.hpp"
#include "world/real_network.hpp"

namespace {

using world::Task;

Task<void> answer(world::HttpServerConnection& connection, world::HttpRequest) {
  world::HttpResponse response;
  response.body = R"({"ok":true})";
  const auto sent = co_await connection.respond(std::move(response));
  benchmark::DoNotOptimize(sent.has_value());
}

Task<void> exchange_often(world::HttpClient& client, world::Endpoint to, int times) {
  for (int i = 0; i < times; ++i) {
    world::HttpRequest request;
    request.method = "POST";
    request.body = R"({"hello":1})";
    auto exchange = co_await client.send(to, std::move(request));
    if (!exchange) co_return;
    const auto body = co_await exchange->read_all();
    benchmark::DoNotOptimize(body.has_value());
  }
}

Task<void> exchanges(world::RealClock& clock, int connections, int times) {
  world::RealNetwork network(clock);
  auto listener = network.listen({"127.0.0.1", 0});
  if (!listener) co_return;
  const world::HttpHandler handler = answer;
  world::Scope service(clock);
  service.spawn(world::serve_http(clock, **listener, handler, {}));
  world::HttpClient client(clock, network);
  world::Scope users(clock);
  const world::Endpoint to = (*listener)->endpoint();
  for (int c = 0; c < connections; ++c) users.spawn(exchange_often(client, to, times));
  co_await users.join();
  client.close_idle();
  service.cancel();
  co_await service.join();
}

void live_http_exchanges(benchmark::State& state) {
  std::int64_t items = 0;
  for (auto _ : state) {
    world::RealClock clock;
    clock.run(exchanges(clock, 50, 200));
    items += 50 * 200;
  }
  state.SetItemsProcessed(items);
}
BENCHMARK(live_http_exchanges)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
