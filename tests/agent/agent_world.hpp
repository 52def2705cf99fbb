// The agent in front of one fake provider, in either world, and a client that asks it.
#pragma once

#include "agent/agent.hpp"
#include "tests/fakes/fake_world.hpp"

namespace support {

struct Reply {
  int status = 0;  // 0: no response
  std::string body;
  std::string provider;
  int attempts = 0;
  bool whole = false;
  std::string failure;
  world::Instant sent{};
  world::Instant ended{};
};

inline agent::Config generous() {
  agent::Config config;
  config.providers = {"primary"};
  config.user_rate = world::Rate::per_second(1'000);
  return config;
}

inline std::string turn_body(world::TurnId id, std::string conversation, bool stream,
                             int tokens = 4) {
  std::string further;
  if (!conversation.empty()) further = R"(,"metadata":{"conversation":")" + conversation + "\"}";
  return ask(id, stream, tokens, further);
}

inline world::Task<Reply> post_to(world::Clock& clock, world::HttpClient& client,
                                  world::Endpoint to, std::string body) {
  world::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/chat/completions";
  request.body = std::move(body);
  Reply reply;
  reply.sent = clock.now();
  world::Result<world::HttpExchange> exchange = co_await client.send(to, std::move(request));
  reply.ended = clock.now();
  if (!exchange) {
    reply.failure = world::name_of(exchange.error());
    co_return reply;
  }
  reply.status = exchange->status();
  reply.provider = exchange->headers().get("agentcore-provider");
  const std::string attempts(exchange->headers().get("agentcore-attempts"));
  if (!attempts.empty()) reply.attempts = std::stoi(attempts);
  for (;;) {
    const world::Result<std::string_view> bytes = co_await exchange->read_some();
    if (!bytes) reply.failure = world::name_of(bytes.error());
    reply.whole = bytes.has_value() && bytes->empty();
    if (!bytes || bytes->empty()) break;
    reply.body += *bytes;
  }
  reply.ended = clock.now();
  co_return reply;
}

template <class World>
struct AgentWorld {
  FakeWorld<World> fake;
  agent::Agent agent;
  std::unique_ptr<world::Listener> listener;
  world::Endpoint at;
  world::HttpClient client;

  explicit AgentWorld(std::vector<fakes::Fault> faults = {}, agent::Config config = generous())
      : fake(std::move(faults)),
        agent(fake.world.clock, fake.world.network, std::move(config),
              {{"primary", fake.at, "fake-1"}}),
        listener(std::move(*fake.world.network.listen({"127.0.0.1", 0}))),
        at(listener->endpoint()),
        client(fake.world.clock, fake.world.network) {}

  world::Clock& clock() { return fake.world.clock; }

  void run(world::Task<void> work) {
    fake.run(serve_during(clock(), agent.serve(*listener), std::move(work)));
  }

  Reply ask_once(std::string body) {
    Reply reply;
    run(one(*this, std::move(body), reply));
    return reply;
  }

  // Raw bytes to the agent.
  Talk talk_once(std::string request, std::string until) {
    Talk result;
    run(raw(*this, std::move(request), std::move(until), result));
    return result;
  }

 private:
  static world::Task<void> one(AgentWorld& w, std::string body, Reply& reply) {
    reply = co_await post_to(w.clock(), w.client, w.at, std::move(body));
  }
  static world::Task<void> raw(AgentWorld& w, std::string request, std::string until,
                               Talk& result) {
    result = co_await talk(w.clock(), w.fake.world.network, w.at, std::move(request),
                           std::chrono::seconds(2), std::move(until));
  }
};

}  // namespace support
