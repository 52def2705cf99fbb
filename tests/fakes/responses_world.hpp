// A fake that speaks OpenAI's responses, and a client that asks it, one request after another, in
// either world.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tests/fakes/fake_world.hpp"

namespace support {

inline fakes::Backend responses_backend() {
  fakes::Backend backend = steady_backend();
  backend.dialect = "openai-responses";
  return backend;
}

inline std::string input(world::TurnId turn, int tokens, const std::string& further = {}) {
  return R"({"model":"fake-1","input":")" + world::marker(turn) + R"( hello","user":"u)" +
         std::to_string(turn.user) + R"(","max_output_tokens":)" + std::to_string(tokens) +
         further + "}";
}

inline std::string bare(std::string_view method, std::string_view path) {
  return std::string(method) + " " + std::string(path) +
         " HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
}

std::string path_of(const nlohmann::json& id, const std::string& further = {});

nlohmann::json parsed(const Body& body);

// The events of a stream. Their names are their types, their numbers follow one another.
std::vector<nlohmann::json> events_in(const std::string& text, std::int64_t first = 0);

// What a script of requests does: sleeps, and asks. A stream is left after its patience.
struct Step {
  world::Nanos after{0};  // since the step before began; at once when that has passed
  std::string request;
  world::Nanos patience = std::chrono::hours(100);
};

template <class World>
struct ResponsesWorld {
  FakeWorld<World> fake;

  explicit ResponsesWorld(fakes::Backend backend = responses_backend(),
                          std::vector<fakes::Fault> faults = {})
      : fake(std::move(faults), backend) {}

  // Each on a connection of its own, while the same fake serves.
  std::vector<Body> play(std::vector<Step> steps) {
    std::vector<Body> bodies;
    fake.run(play_all(fake, std::move(steps), bodies));
    return bodies;
  }

  Body request(std::string request) {
    Step step;
    step.request = std::move(request);
    return play({step}).at(0);
  }
  auto post(const std::string& body) {
    return parsed(request(support::post("/v1/responses", body)));
  }
  template <class Id>
  auto get(const Id& id) {
    return parsed(request(bare("GET", path_of(id))));
  }

 private:
  static world::Task<std::size_t> read_whole(world::Stream& stream, std::string& bytes) {
    char room[4096];
    while (!body_of(bytes).whole) {
      const world::Result<std::size_t> n = co_await stream.read_some(room, sizeof(room));
      if (!n || *n == 0) break;
      bytes.append(room, *n);
    }
    co_return bytes.size();
  }

  static world::Task<void> play_all(FakeWorld<World>& fake, std::vector<Step> steps,
                                    std::vector<Body>& bodies) {
    world::Clock& clock = fake.world.clock;
    world::Instant begin = clock.now();
    for (Step& step : steps) {
      begin += step.after;
      co_await clock.sleep_until(begin);
      begin = clock.now();
      auto stream = co_await fake.world.network.connect(fake.at);
      std::string bytes;
      const world::Result<void> sent = co_await (*stream)->write_all(step.request);
      static_cast<void>(sent);
      world::Task<std::size_t> reading = read_whole(**stream, bytes);
      auto waiting = world::with_deadline(clock, clock.now() + step.patience, std::move(reading));
      const std::optional<std::size_t> read = co_await waiting;
      static_cast<void>(read);
      bodies.push_back(body_of(bytes));
    }
  }
};

}  // namespace support
