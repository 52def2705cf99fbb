// Rate limits as clients meet them: who gets in, what the others are told, and that it is true.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

std::string with_key(std::string request, const std::string& key) {
  request.insert(request.find("content-type"), "authorization: Bearer " + key + "\r\n");
  return request;
}

fakes::Backend limited(std::int64_t rpm, std::int64_t tpm = 0) {
  fakes::Backend backend = steady_backend();
  backend.limits.requests_per_minute = rpm;
  backend.limits.tokens_per_minute = tpm;
  return backend;
}

world::Task<void> one(world::Clock& clock, world::Network& network, world::Endpoint at,
                      std::string request, Talk& talk) {
  talk = co_await support::talk(clock, network, at, std::move(request), 60s, "}}");
}

// All at once.
world::Task<void> burst(world::Clock& clock, world::Network& network, world::Endpoint at,
                        std::vector<std::string> requests, std::vector<Talk>& talks) {
  talks.resize(requests.size());
  world::Scope scope(clock);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    scope.spawn(one(clock, network, at, requests[i], talks[i]));
  }
  co_await scope.join();
}

int status_of(const Talk& talk) { return body_of(talk.bytes).status; }

std::string turn(std::uint32_t n, int tokens = 3) {
  return post_chat(ask({n, 0, 0}, false, tokens));
}

}  // namespace

TEMPLATE_TEST_CASE("a burst beyond the limit is refused, and admitted when it was told to come",
                   "[limits]", InSim, Live) {
  FakeWorld<TestType> fake({}, limited(6));
  struct Script {
    static world::Task<void> run(FakeWorld<TestType>& f, std::vector<Talk>& talks) {
      auto& clock = f.world.clock;
      std::vector<std::string> requests;
      for (std::uint32_t n = 0; n < 7; ++n) requests.push_back(turn(n));
      co_await burst(clock, f.world.network, f.at, requests, talks);
      std::string wait;
      for (const Talk& talk : talks) {
        if (status_of(talk) == 429) wait = body_of(talk.bytes).headers.get("retry-after-ms");
      }
      if (wait.empty()) co_return;  // the checks below say so
      talks.resize(8);
      co_await clock.sleep(std::chrono::milliseconds(std::stoll(wait)));
      co_await one(clock, f.world.network, f.at, turn(7), talks[7]);
    }
  };
  std::vector<Talk> talks;
  fake.run(Script::run(fake, talks));
  REQUIRE(talks.size() == 8);
  int refused = 0;
  for (std::size_t i = 0; i < 7; ++i) {
    if (status_of(talks[i]) != 429) continue;
    ++refused;
    const Body body = body_of(talks[i].bytes);
    CHECK(body.headers.get("retry-after") == "10");
    CHECK(body.headers.get("x-ratelimit-limit-requests") == "6");
    CHECK(body.headers.get("x-ratelimit-remaining-requests") == "0");
    CHECK_FALSE(body.headers.contains("x-ratelimit-limit-tokens"));
    const json error = json::parse(body.text)["error"];
    CHECK(error["type"] == "requests");
    CHECK(error["code"] == "rate_limit_exceeded");
    const std::string message = error["message"];
    CHECK_THAT(message, Catch::StartsWith("Rate limit reached for fake-1 in organization "
                                          "org-shakedown on requests per min (RPM): Limit 6, "
                                          "Used 6, Requested 1. Please try again in "));
  }
  CHECK(refused == 1);
  CHECK(status_of(talks[7]) == 200);
  CHECK(fake.server.journal().ended(fakes::End::rejected) == 1);
  CHECK(fake.server.journal().ended(fakes::End::completed) == 7);
}

TEMPLATE_TEST_CASE("API keys are limited apart", "[limits]", InSim, Live) {
  FakeWorld<TestType> fake({}, limited(1));
  std::vector<Talk> talks;
  fake.run(burst(fake.world.clock, fake.world.network, fake.at,
                 {with_key(turn(0), "sk-a"), with_key(turn(1), "sk-a"), with_key(turn(2), "sk-b"),
                  turn(3)},
                 talks));
  CHECK(status_of(talks[0]) + status_of(talks[1]) == 200 + 429);
  CHECK(status_of(talks[2]) == 200);
  CHECK(status_of(talks[3]) == 200);
}

TEST_CASE("backends of one group share what is used", "[limits]") {
  for (const std::string group : {"", "team"}) {
    InSim world;
    fakes::ServerConfig config;
    for (const char* name : {"a", "b"}) {
      config.backends[name] = limited(1);
      config.backends[name].limits.group = group;
    }
    config.listen = {"", 80};
    fakes::Server server(world.clock, world.network, config);
    REQUIRE(server.open().has_value());
    struct Script {
      static world::Task<void> run(InSim& w, std::vector<Talk>& talks) {
        const world::Endpoint a{"a", 80};
        const world::Endpoint b{"b", 81};
        co_await one(w.clock, w.network, a, turn(0), talks[0]);
        co_await one(w.clock, w.network, b, turn(1), talks[1]);
      }
    };
    std::vector<Talk> talks(2);
    world.clock.run(serve_during(world.clock, server.serve(), Script::run(world, talks)));
    CHECK(status_of(talks[0]) == 200);
    CHECK(status_of(talks[1]) == (group.empty() ? 200 : 429));
  }
}

TEST_CASE("tokens are charged when a request comes, and settled when it ends", "[limits]") {
  for (const auto charge : {fakes::Charge::actual, fakes::Charge::up_front}) {
    fakes::Backend backend = limited(0, 6'000);
    backend.limits.charge = charge;
    // A fault cuts the first answer short: of 4,000 tokens that it may use it uses 3.
    fakes::Fault cut = fault(fakes::Cut{5}, 0s, world::at(1s));
    FakeWorld<InSim> fake({cut}, backend);
    struct Script {
      static world::Task<void> run(FakeWorld<InSim>& f, std::vector<Talk>& talks) {
        auto& clock = f.world.clock;
        co_await one(clock, f.world.network, f.at, post_chat(ask({1, 0, 0}, true, 4'000)),
                     talks[0]);
        co_await clock.sleep_until(world::at(2s));
        co_await one(clock, f.world.network, f.at, turn(2, 4'500), talks[1]);
      }
    };
    std::vector<Talk> talks(2);
    fake.run(Script::run(fake, talks));
    const Body first = body_of(talks[0].bytes);
    CHECK(first.status == 200);
    CHECK(first.headers.get("x-ratelimit-limit-tokens") == "6000");
    const auto prompt = 2'000 - std::stoi(first.headers.get("x-ratelimit-remaining-tokens").data());
    CHECK(prompt > 0);
    CHECK(prompt < 20);
    const Body second = body_of(talks[1].bytes);
    if (charge == fakes::Charge::actual) {
      CHECK(second.status == 200);
    } else {
      REQUIRE(second.status == 429);
      const json error = json::parse(second.text)["error"];
      CHECK(error["type"] == "tokens");
      CHECK_THAT(error["message"].get<std::string>(),
                 Catch::Contains("on tokens per min (TPM): Limit 6000, Used ") &&
                     Catch::Contains("Please try again in "));
      CHECK(second.headers.get("retry-after") == "24");  // 4,5xx + 3,8xx - 6,000 at 100 a second
    }
  }
}

TEST_CASE("a request larger than its limit is told so, and no time to come back", "[limits]") {
  FakeWorld<InSim> fake({}, limited(0, 1'000));
  const Body body = body_of(fake.talk(turn(1, 5'000), 2s, "}}").bytes);
  CHECK(body.status == 429);
  CHECK_FALSE(body.headers.contains("retry-after"));
  CHECK_THAT(json::parse(body.text)["error"]["message"].get<std::string>(),
             Catch::StartsWith("Request too large for fake-1"));
}

TEST_CASE("requests at once are limited per key until they end", "[limits]") {
  fakes::Backend backend = steady_backend();
  backend.limits.concurrent = 2;
  FakeWorld<InSim> fake({}, backend);
  for (int round = 0; round < 2; ++round) {
    std::vector<Talk> talks;
    fake.run(burst(fake.world.clock, fake.world.network, fake.at,
                   {turn(0), turn(1), turn(2), with_key(turn(3), "sk-b")}, talks));
    int refused = 0;
    for (const Talk& talk : talks) refused += status_of(talk) == 429;
    CHECK(refused == 1);
    CHECK(status_of(talks[3]) == 200);
  }
}
