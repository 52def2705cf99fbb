// A fake under load: time to first token grows, overload is refused, clients that leave free their
// slots, and past saturation less gets done.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using nlohmann::json;
using world::Nanos;

namespace {

// A request in 130 ms: the first token after 40 ms, nine more.
fakes::Backend loaded(std::int64_t slots, std::int64_t knee = 0, std::int64_t slope = 1'000'000) {
  fakes::Backend backend = steady_backend();
  backend.scheduler.slots = slots;
  backend.scheduler.knee = knee;
  backend.scheduler.slope = slope;
  return backend;
}

std::string turn(std::uint32_t n, bool stream = true, int tokens = 10) {
  return post_chat(ask({n, 0, 0}, stream, tokens));
}

struct Client {
  world::Instant comes = world::Instant{};
  world::Nanos patience = 60s;
  bool stream = true;
  Talk talk;

  int status() const { return body_of(talk.bytes).status; }
  world::Nanos ttft() const { return talk.first_byte - comes; }
};

world::Task<void> one(world::Clock& clock, world::Network& network, world::Endpoint at,
                      std::uint32_t n, Client& client) {
  co_await clock.sleep_until(client.comes);
  client.comes = clock.now();
  client.talk = co_await support::talk(clock, network, at, turn(n, client.stream),
                                       client.patience, client.stream ? "0\r\n\r\n" : "fp_");
}

world::Task<void> all(world::Clock& clock, world::Network& network, world::Endpoint at,
                      std::vector<Client>& clients) {
  world::Scope scope(clock);
  for (std::uint32_t n = 0; n < clients.size(); ++n) {
    scope.spawn(one(clock, network, at, n, clients[n]));
  }
  co_await scope.join();
}

template <class World>
std::vector<Client> serve(FakeWorld<World>& fake, std::vector<Client> clients) {
  fake.run(all(fake.world.clock, fake.world.network, fake.at, clients));
  return clients;
}

std::vector<Client> at_once(std::size_t n, bool stream = true) {
  Client client;
  client.comes = world::at(10ms);
  client.stream = stream;
  return std::vector<Client>(n, client);
}

}  // namespace

TEMPLATE_TEST_CASE("the time to first token grows with the load", "[load]", InSim, Live) {
  std::vector<world::Nanos> worst;
  for (const std::size_t n : {1U, 4U, 12U}) {
    FakeWorld<TestType> fake({}, loaded(4));
    world::Nanos most{0};
    for (const Client& client : serve(fake, at_once(n))) {
      CHECK(client.status() == 200);
      most = std::max(most, client.ttft());
    }
    worst.push_back(most);
  }
  CHECK(worst[0] >= 40ms);
  CHECK(worst[2] >= 40ms + 2 * 130ms);  // two rounds of four before the last
  CHECK(worst[2] > worst[0] + 100ms);
  if (std::string(TestType::name) == "sim") {
    CHECK(worst[1] < 50ms);  // they have slots
    CHECK(worst[2] < 50ms + 2 * 135ms);
  }
}

TEST_CASE("beyond the knee tokens come slower, streamed and plain alike", "[load]") {
  for (const bool stream : {true, false}) {
    for (const std::size_t n : {5U, 10U, 20U}) {
      FakeWorld<InSim> fake({}, loaded(20, 5));
      serve(fake, at_once(n, stream));
      REQUIRE(fake.records.size() == n);
      for (const auto& record : fake.records) {
        CHECK(record.end == fakes::End::completed);
        CHECK(record.tokens == 10);
        CHECK(record.late_max <= 1ns);  // on time, by the server's clock
        CHECK(record.last_write - record.at >= 130ms * (n / 5) - 1ms);
        CHECK(record.last_write - record.at <= 130ms * (n / 5) + 5ms);
      }
    }
  }
}

TEMPLATE_TEST_CASE("a full line is refused with the provider's overload", "[load]", InSim, Live) {
  fakes::Backend backend = loaded(1);
  backend.ttft = world::Distribution::fixed(2'000'000'000);  // all come before the first ends
  backend.scheduler.queue_max = 2;
  FakeWorld<TestType> fake({}, backend);
  std::vector<Client> clients = at_once(5);
  for (Client& client : clients) client.patience = 9s;  // a refusal leaves the connection open
  int refused = 0;
  for (const Client& client : serve(fake, clients)) {
    if (client.status() == 200) continue;
    ++refused;
    const Body body = body_of(client.talk.bytes);
    CHECK(body.status == 503);
    CHECK(json::parse(body.text)["error"]["code"] == "server_is_overloaded");
  }
  CHECK(refused == 2);
  CHECK(fake.server.journal().ended(fakes::End::rejected) == 2);
  CHECK(fake.server.journal().ended(fakes::End::completed) == 3);
}

TEST_CASE("who would wait too long is refused, and told how long it would be", "[load]") {
  fakes::Backend backend = loaded(1);
  backend.inter_token = world::Distribution::fixed(500'000'000);  // an answer in 4.54 s
  backend.scheduler.wait_max = 6s;
  FakeWorld<InSim> fake({}, backend);
  serve(fake, at_once(1));  // now it is known how long one takes
  std::vector<Client> clients = at_once(3);
  for (Client& client : clients) client.comes = world::at(20s);
  clients = serve(fake, clients);
  int refused = 0;
  for (const Client& client : clients) {
    if (client.status() != 503) continue;
    ++refused;
    CHECK(body_of(client.talk.bytes).headers.get("retry-after") == "10");  // two of them
  }
  CHECK(refused == 1);
}

TEMPLATE_TEST_CASE("a client that leaves frees its slot, or its place in the line", "[load]",
                   InSim, Live) {
  for (const bool stream : {true, false}) {
    fakes::Backend backend = loaded(1);
    backend.ttft = world::Distribution::fixed(8'000'000'000);
    FakeWorld<TestType> fake({}, backend);
    std::vector<Client> clients(3);
    for (std::size_t i = 0; i < clients.size(); ++i) {
      clients[i].comes = world::at(i * 100ms);
      clients[i].patience = i == 0 ? 2s : i == 1 ? 1s : 20s;
      clients[i].stream = stream;
    }
    clients = serve(fake, clients);
    CHECK(clients[0].talk.end == "silence");
    CHECK(clients[1].talk.end == "silence");
    CHECK(clients[2].status() == 200);
    // The slot is free after 2 s, not after the 8 s of an answer to nobody.
    CHECK(clients[2].ttft() < 14s);
    CHECK(fake.server.journal().ended(fakes::End::peer_gone) == 2);
  }
}

TEST_CASE("a connection stays open behind a wait in line", "[load]") {
  FakeWorld<InSim> fake({}, loaded(1));
  struct Script {
    static world::Task<void> run(FakeWorld<InSim>& f, Client& other, Talk& first, Talk& second) {
      auto& clock = f.world.clock;
      world::Scope scope(clock);
      scope.spawn(one(clock, f.world.network, f.at, 1, other));
      co_await clock.sleep(20ms);
      auto stream = co_await f.world.network.connect(f.at);
      // The second request comes while the first waits for its slot.
      const std::string both = turn(2, false) + turn(3, false);
      first = co_await talk_on(clock, **stream, both, 60s, "fp_");
      second = co_await talk_on(clock, **stream, "", 60s, "fp_");
      co_await scope.join();
    }
  };
  Client other;
  Talk first;
  Talk second;
  fake.run(Script::run(fake, other, first, second));
  CHECK(count(first.bytes, "HTTP/1.1 200") == 1);
  CHECK(count(second.bytes, "HTTP/1.1 200") == 1);
  CHECK(count(first.bytes + second.bytes, "connection: close") == 0);
  CHECK(fake.server.journal().ended(fakes::End::completed) == 3);
}

TEST_CASE("prompts and a cold model delay the first token", "[load]") {
  fakes::Backend backend = steady_backend();
  backend.prefill = 2ms;
  backend.cold_start.after = 60s;
  backend.cold_start.extra = 8s;
  std::vector<world::Nanos> ttft;
  std::int64_t prompt = 0;
  for (const std::int64_t slots : {0, 4}) {
    backend.scheduler.slots = slots;
    FakeWorld<InSim> fake({}, backend);
    std::vector<Client> clients(3);
    clients[1].comes = world::at(100s);
    clients[2].comes = world::at(103s);
    serve(fake, clients);
    REQUIRE(fake.records.size() == 3);
    ttft.clear();
    for (const auto& record : fake.records) ttft.push_back(record.first_write - record.at);
    prompt = (ttft[0] - 40ms) / 2ms;
    CHECK(ttft[0] == 40ms + 2ms * prompt);
    CHECK(prompt > 2);
    CHECK(ttft[1] == ttft[0] + 8s);
    CHECK(ttft[2] > ttft[0] + 4s);
    CHECK(ttft[2] <= ttft[0] + 5s);
  }
}

// What a server completes in time rises with the load up to its capacity, and falls far below it
// when it works on too much at once, or on what nobody waits for any more. It would not have to:
// one that refuses what it cannot do in time keeps its capacity.
TEST_CASE("past saturation goodput collapses", "[load]") {
  const auto goodput = [](int per_second, fakes::Scheduler scheduler) {
    fakes::Backend backend = steady_backend();
    backend.ttft = world::Distribution::fixed(100'000'000);
    backend.inter_token = world::Distribution::fixed(100'000'000);  // a second in all
    backend.scheduler = scheduler;
    FakeWorld<InSim> fake({}, backend);
    std::vector<Client> clients(static_cast<std::size_t>(60 * per_second));
    for (std::size_t i = 0; i < clients.size(); ++i) {
      clients[i].comes = world::at(Nanos(1s) * i / per_second);
      clients[i].patience = 5s;
      clients[i].stream = false;
    }
    int done = 0;
    for (const Client& client : serve(fake, clients)) {
      done += client.status() == 200 && client.talk.end == "enough";
    }
    return done / 60.0;
  };
  const fakes::Scheduler greedy = loaded(40, 10, 2'000'000).scheduler;
  fakes::Scheduler patient = loaded(10).scheduler;
  fakes::Scheduler shedding = patient;
  shedding.wait_max = 2s;
  CHECK(goodput(5, greedy) == Approx(5).epsilon(0.01));
  CHECK(goodput(9, greedy) == Approx(9).epsilon(0.02));
  CHECK(goodput(30, greedy) < 2);
  CHECK(goodput(20, patient) < 5);  // each gets its slot just before it gives up
  CHECK(goodput(20, shedding) > 9);
}

// A server that does not notice works on for those who have left, and has no time for the others.
TEST_CASE("work for nobody keeps others waiting", "[load]") {
  for (const bool notices_gone : {true, false}) {
    fakes::Backend backend = loaded(10);
    backend.ttft = world::Distribution::fixed(910'000'000);  // a second in all
    backend.scheduler.notices_gone = notices_gone;
    FakeWorld<InSim> fake({}, backend);
    std::vector<Client> clients(105);
    for (std::size_t i = 0; i < clients.size(); ++i) {
      const bool late = i >= 100;
      clients[i].comes = world::at(late ? 4s : 0s);
      clients[i].patience = late ? 3s : 2s;
      clients[i].stream = false;
    }
    clients = serve(fake, clients);
    for (std::size_t i = 100; i < clients.size(); ++i) {
      CHECK((clients[i].status() == 200) == notices_gone);
    }
  }
}
