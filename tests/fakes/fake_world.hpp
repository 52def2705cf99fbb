// One fake backend, "primary", with the given faults, in either world; and the bodies to ask it
// with.
#pragma once

#include "fakes/server.hpp"
#include "tests/support/worlds.hpp"
#include "world/http_parser.hpp"

namespace support {

inline fakes::Fault fault(fakes::FaultAction action, world::Nanos from = world::Nanos{0},
                          world::Instant to = world::kNever) {
  fakes::Fault f;
  f.id = "f";
  f.on = {"primary"};
  f.from = world::at(from);
  f.to = to;
  f.action = std::move(action);
  return f;
}

// First token after 40 ms, then 10 ms each.
inline fakes::Backend steady_backend() {
  fakes::Backend backend;
  backend.ttft = world::Distribution::fixed(40'000'000);
  backend.inter_token = world::Distribution::fixed(10'000'000);
  return backend;
}

inline std::string ask(world::TurnId turn, bool stream, int tokens, std::string further = {}) {
  std::string body = R"({"model":"fake-1","messages":[{"role":"user","content":")";
  body += world::marker(turn) + R"( hello"}],"max_tokens":)" + std::to_string(tokens);
  body += R"(,"user":"u)" + std::to_string(turn.user) + "\"";
  if (stream) body += R"(,"stream":true)";
  return body + further + "}";
}

inline std::string post_chat(std::string_view body) { return post("/v1/chat/completions", body); }

template <class World>
struct FakeWorld {
  World world;
  std::vector<fakes::PromptRecord> records;
  fakes::Server server;
  world::Endpoint at;

  // Port 0: one that the kernel chooses, for worlds side by side whose faults leave it open.
  explicit FakeWorld(std::vector<fakes::Fault> faults = {},
                     fakes::Backend backend = steady_backend(), std::uint64_t seed = 1,
                     std::optional<std::uint16_t> port = {})
      : server(world.clock, world.network,
               config_of(std::move(faults), backend, seed, port ? *port : free_port()),
               [this](const fakes::PromptRecord& record) { records.push_back(record); }) {
    const world::Result<void> opened = server.open();
    ENSURE(opened.has_value(), "the fake's port must open");
    at = server.endpoints().at("primary");
  }

  // A port by number: the kernel gives a free one back when the backend stops listening for a
  // while, and then listens on another.
  std::uint16_t free_port() { return (*world.network.listen({"127.0.0.1", 0}))->endpoint().port; }

  static fakes::ServerConfig config_of(std::vector<fakes::Fault> faults,
                                       const fakes::Backend& backend, std::uint64_t seed,
                                       std::uint16_t port) {
    fakes::ServerConfig config;
    config.backends["primary"] = backend;
    config.faults = std::move(faults);
    config.seed = seed;
    // In sim under its own name, which can then be lost.
    const bool named = std::is_same_v<World, InSim>;
    config.listen = {named ? "" : "127.0.0.1", port};
    return config;
  }

  void run(world::Task<void> work) {
    world.clock.run(serve_during(world.clock, server.serve(), std::move(work)));
  }

  // One request on a connection of its own.
  Talk talk(std::string request, world::Nanos patience = std::chrono::seconds(2),
            std::string until = {}) {
    Talk result;
    run(talk_to(*this, std::move(request), patience, std::move(until), result));
    return result;
  }

 private:
  static world::Task<void> talk_to(FakeWorld& fake, std::string request, world::Nanos patience,
                                   std::string until, Talk& result) {
    result = co_await support::talk(fake.world.clock, fake.world.network, fake.at,
                                    std::move(request), patience, std::move(until));
  }
};

// The body in the raw bytes of a response, chunks joined, as far as it goes; and whether it is
// whole.
struct Body {
  int status = 0;
  world::HttpHeaders headers;
  std::string text;
  bool whole = false;
};

inline Body body_of(const std::string& bytes) {
  world::HttpParser parser(world::HttpParser::Role::response, {});
  const auto room = parser.prepare(bytes.size() + 1);
  bytes.copy(room.first, bytes.size());
  const world::Result<void> parsed = parser.commit(bytes.size());
  Body body;
  if (!parsed || !parser.head_done()) return body;
  body.status = parser.response().status;
  body.headers = parser.response().headers;
  body.text = parser.body();
  body.whole = parser.message_done();
  return body;
}

inline int count(const std::string& text, const std::string& what) {
  int n = 0;
  for (auto i = text.find(what); i != std::string::npos; i = text.find(what, i + 1)) ++n;
  return n;
}

}  // namespace support
