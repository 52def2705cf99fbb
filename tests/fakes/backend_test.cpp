// A backend's answers are the same whatever the mode and the order of arrival; its bounds hold; its
// records say what happened.
#include <catch2/catch.hpp>
#include <map>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

fakes::Backend random_backend() {
  fakes::Backend backend;
  backend.ttft = world::Distribution::lognormal(60'000'000, 300'000'000);
  backend.inter_token = world::Distribution::exponential(5'000'000);
  return backend;
}

world::Task<void> ask_all(world::Clock& clock, world::Network& network, world::Endpoint at,
                          std::vector<std::string> bodies, std::vector<Talk>& talks) {
  struct One {
    static world::Task<void> ask(world::Clock& c, world::Network& n, world::Endpoint to,
                                 std::string body, bool stream, Talk& talk) {
      talk = co_await support::talk(c, n, to, post_chat(body), 60s,
                                    stream ? "0\r\n\r\n" : "total_tokens");
    }
  };
  talks.resize(bodies.size());
  world::Scope scope(clock);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const bool stream = bodies[i].find("\"stream\":true") != std::string::npos;
    scope.spawn(One::ask(clock, network, at, bodies[i], stream, talks[i]));
  }
  co_await scope.join();
}

template <class World>
std::map<std::string, std::string> contents(std::vector<std::string> bodies) {
  FakeWorld<World> fake({}, random_backend(), 7);
  std::vector<Talk> talks;
  fake.run(ask_all(fake.world.clock, fake.world.network, fake.at, bodies, talks));
  std::map<std::string, std::string> found;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    std::string text = body_of(talks[i].bytes).text;
    const auto created = text.find("\"created\"");  // wall time differs, and is not a decision
    REQUIRE(created != std::string::npos);
    found[bodies[i]] = text.substr(0, created) + text.substr(text.find("\"model\""));
  }
  return found;
}

std::vector<std::string> some_bodies() {
  std::vector<std::string> bodies;
  for (std::uint32_t user = 0; user < 8; ++user) {
    bodies.push_back(R"({"model":"m","messages":[{"role":"user","content":")" +
                     world::marker({user, 0, 0}) + R"("}]})");
  }
  return bodies;
}

}  // namespace

TEST_CASE("answers do not depend on the mode or on the order of arrival", "[backend]") {
  std::vector<std::string> bodies = some_bodies();
  const auto in_order = contents<InSim>(bodies);
  std::reverse(bodies.begin(), bodies.end());
  CHECK(contents<InSim>(bodies) == in_order);
  CHECK(contents<Live>(bodies) == in_order);
}

TEST_CASE("an answer takes as long streamed as plain, to the nanosecond", "[backend]") {
  const fakes::Backend backend = random_backend();
  world::Nanos plain{};
  world::Nanos streamed{};
  for (const bool stream : {false, true}) {
    FakeWorld<InSim> fake({}, backend, 3);
    fake.talk(post_chat(ask({4, 1, 2}, stream, 50)), 60s, stream ? "[DONE]" : "total_tokens");
    REQUIRE(fake.records.size() == 1);
    const auto& record = fake.records[0];
    // The end of a stream's body is written with its last event.
    (stream ? streamed : plain) = record.last_write - record.at;
    CHECK(record.tokens == 50);
    CHECK(record.late_max == 0ns);
    CHECK(record.end == fakes::End::completed);
  }
  CHECK(plain == streamed);
  CHECK(plain > 0ns);
}

TEST_CASE("tokens leave on absolute instants", "[backend]") {
  FakeWorld<InSim> fake;
  const Talk talk = fake.talk(post_chat(ask({1, 0, 0}, true, 11)), 9s, "[DONE]");
  const auto& record = fake.records.at(0);
  CHECK(record.first_write - record.at == 40ms);
  CHECK(record.last_write - record.at == 40ms + 10 * 10ms);
  CHECK(count(talk.bytes, "data: ") == 14);
}

TEST_CASE("another attempt is another draw, another backend too", "[backend]") {
  const world::Random random(1);
  const fakes::Backend backend = random_backend();
  const fakes::Timing first(backend, random, {5, 1});
  CHECK(first.to_first_token() == fakes::Timing(backend, random, {5, 1}).to_first_token());
  CHECK(first.to_first_token() != fakes::Timing(backend, random, {5, 2}).to_first_token());
  CHECK(first.to_first_token() != fakes::Timing(backend, random, {6, 1}).to_first_token());
  world::Nanos sum = first.to_first_token();
  for (int token = 2; token <= 9; ++token) sum += first.gap_before(token);
  CHECK(sum == first.to_last_token(9));
}

TEST_CASE("more at once than max_concurrent get the provider's 429", "[backend]") {
  fakes::Backend backend = steady_backend();
  backend.max_concurrent = 3;
  FakeWorld<InSim> fake({}, backend);
  std::vector<std::string> bodies;
  for (std::uint32_t user = 0; user < 5; ++user) bodies.push_back(ask({user, 0, 0}, false, 5));
  std::vector<Talk> talks;
  fake.run(ask_all(fake.world.clock, fake.world.network, fake.at, bodies, talks));
  int refused = 0;
  for (const Talk& talk : talks) refused += body_of(talk.bytes).status == 429;
  CHECK(refused == 2);
  CHECK(fake.server.journal().ended(fakes::End::rejected) == 2);
  CHECK(fake.server.journal().ended(fakes::End::completed) == 3);
}

TEST_CASE("a stopped fake still tells of what it had begun", "[backend]") {
  FakeWorld<InSim> fake;
  fake.talk(post_chat(ask({1, 0, 0}, false, 1'000)), 1s);
  REQUIRE(fake.records.size() == 1);
  CHECK(fake.records[0].end == fakes::End::cancelled);
  CHECK(fake.records[0].first_write == world::kNever);
}

TEST_CASE("a client that hangs up in the middle of a stream is noticed", "[backend]") {
  FakeWorld<InSim> fake;
  struct Script {
    static world::Task<void> run(InSim& world, world::Endpoint at) {
      {
        auto stream = co_await world.network.connect(at);
        co_await talk_on(world.clock, **stream, post_chat(ask({1, 0, 0}, true, 1'000)), 200ms);
      }
      co_await world.clock.sleep(1s);
    }
  };
  fake.run(Script::run(fake.world, fake.at));
  REQUIRE(fake.records.size() == 1);
  CHECK(fake.records[0].end == fakes::End::peer_gone);
  CHECK(fake.records[0].tokens < 30);
}

TEST_CASE("a foreign client without turns counts its own retries", "[backend]") {
  FakeWorld<InSim> fake;
  std::string request =
      post_chat(R"({"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":2})");
  request.insert(request.find("content-type"), "x-stainless-retry-count: 2\r\n");
  const Talk talk = fake.talk(request, 2s, "total_tokens");
  CHECK(body_of(talk.bytes).text.find("\"content\":\"[reply] [end 2 ") != std::string::npos);
  CHECK(fake.records.at(0).attempt == 3);
  CHECK_FALSE(fake.records.at(0).asked.has_value());
}

TEST_CASE("several backends listen side by side", "[backend]") {
  InSim world;
  fakes::ServerConfig config;
  config.backends["a"].model = "model-a";
  config.backends["b"].model = "model-b";
  config.listen = {"", 80};
  fakes::Server server(world.clock, world.network, config);
  REQUIRE(server.open().has_value());
  const auto endpoints = server.endpoints();
  CHECK(endpoints.at("a") == world::Endpoint{"a", 80});
  CHECK(endpoints.at("b") == world::Endpoint{"b", 81});
  fakes::Server second(world.clock, world.network, config);
  CHECK(second.open().error() == world::Failure::unavailable);
  Talk talk;
  struct Script {
    static world::Task<void> run(InSim& w, world::Endpoint to, Talk& result) {
      result = co_await support::talk(w.clock, w.network, to,
                                      "GET /v1/models HTTP/1.1\r\nhost: b\r\n\r\n", 1s, "}]}");
    }
  };
  world.clock.run(
      serve_during(world.clock, server.serve(), Script::run(world, endpoints.at("b"), talk)));
  CHECK(talk.bytes.find("model-b") != std::string::npos);
}
