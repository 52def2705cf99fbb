// How many full requests per second of wall time one core simulates: client -> agent -> fake ->
// back over parsed HTTP in virtual time. Each user of a batch asks one turn after another.
#include <benchmark/benchmark.h>

#include "agent/agent.hpp"
#include "fakes/server.hpp"
#include "world/http_client.hpp"
#include "world/json_text.hpp"
#include "world/sim_network.hpp"

namespace {

using world::Result;
using world::Task;

struct Shape {
  std::int64_t tokens = 120;
  bool stream = false;
  bool conversation = false;
  std::size_t prompt_bytes = 200;
};

std::string body_of(std::uint32_t user, std::uint32_t turn, const Shape& shape) {
  const world::TurnId id{user, 0, turn};
  const std::string name = "u" + std::to_string(user);
  std::string body = R"({"model":"agent","messages":[{"role":"user","content":")";
  body += world::marker(id) + " ";
  body.append(shape.prompt_bytes, 'x');
  body += R"("}],"user":")" + name + R"(","stream":)" + (shape.stream ? "true" : "false");
  body += R"(,"max_tokens":)";
  world::append_integer(body, shape.tokens);
  if (shape.conversation) body += R"(,"metadata":{"conversation":")" + name + R"(.s0"})";
  body += '}';
  return body;
}

Task<void> user(world::HttpClient& client, world::Endpoint agent, std::uint32_t id,
                std::uint32_t turns, Shape shape, std::uint64_t& answered) {
  for (std::uint32_t turn = 0; turn < turns; ++turn) {
    world::HttpRequest request;
    request.method = "POST";
    request.target = "/v1/chat/completions";
    request.headers.add("content-type", "application/json");
    request.body = body_of(id, turn, shape);
    Result<world::HttpExchange> exchange = co_await client.send(agent, std::move(request));
    if (!exchange || exchange->status() != 200) co_return;
    const Result<std::string> body = co_await exchange->read_all();
    if (body) ++answered;
  }
}

Task<void> run_all(world::Clock& clock, world::HttpClient& client, world::Endpoint at,
                   std::uint32_t users, std::uint32_t turns, Shape shape, std::uint64_t& answered) {
  world::Scope scope(clock);
  for (std::uint32_t id = 0; id < users; ++id) {
    scope.spawn(user(client, at, id, turns, shape, answered));
  }
  co_await scope.join();
}

Task<void> serve_while(world::Clock& clock, fakes::Server& fake, agent::Agent& agent,
                       world::Listener& listener, Task<void> work) {
  world::Scope servers(clock);
  servers.spawn(fake.serve());
  servers.spawn(agent.serve(listener));
  co_await work;
  servers.cancel();
  co_await servers.join();
}

void chain(benchmark::State& state, Shape shape) {
  constexpr std::uint32_t kUsers = 100;
  const auto turns = static_cast<std::uint32_t>(shape.stream ? 20 : 100);
  std::uint64_t answered = 0;
  for (auto _ : state) {
    world::SimClock clock;
    world::SimNetwork network(clock);
    fakes::ServerConfig config;
    config.backends["primary"].ttft = world::Distribution::lognormal(350'000'000, 2'000'000'000);
    config.listen.host = "fake";
    std::uint64_t prompts = 0;
    fakes::Server fake(clock, network, config, [&](const fakes::PromptRecord&) { ++prompts; });
    if (!fake.open()) std::abort();
    agent::Config core;
    core.providers = {"primary"};
    core.user_rate = world::Rate::per_second(1'000);
    const std::vector<agent::Provider> providers = {
        {"primary", fake.endpoints().at("primary"), "fake-1"}};
    agent::Agent agent(clock, network, core, providers);
    auto listener = network.listen({"agent", 0});
    world::HttpClient client(clock, network);
    Task<void> work =
        run_all(clock, client, (*listener)->endpoint(), kUsers, turns, shape, answered);
    clock.run(serve_while(clock, fake, agent, **listener, std::move(work)));
    if (prompts != std::uint64_t{kUsers} * turns) state.SkipWithError("requests were lost");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(answered));
}

BENCHMARK_CAPTURE(chain, plain_120_tokens, Shape{})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(chain, plain_8k_prompt, Shape{120, false, false, 8'000})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(chain, conversation_of_100_turns, Shape{20, false, true, 60})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(chain, stream_120_tokens, Shape{120, true, false, 200})
    ->Unit(benchmark::kMillisecond);

}  // namespace

