// A ProviderChain in front of fake providers in virtual time, without the rest of the core: what
// asking came to, what the fakes saw, and the ledger.
#pragma once

#include "agent/profile.hpp"
#include "agent/providers/provider_chain.hpp"
#include "tests/fakes/fake_world.hpp"

namespace support {

struct ChainAsking {
  world::Nanos at{0};
  world::TurnId turn{1, 0, 0};
  bool stream = false;
  bool settles = false;
  bool background = false;
  world::Nanos patience = std::chrono::seconds(60);  // the deadline
  std::string further = {};  // members of the request, `,"name":value`
  bool allow_fallback = true;
  int tokens = 4;
};

struct ChainReply {
  bool answered = false;
  std::string text;  // the body, or the events
  agent::Problem problem;
  std::string provider;
  bool fallback = false;
  bool may_degrade = false;
  int attempts = 0;
  std::vector<agent::AttemptRecord> tried;
  std::string health;  // of the providers, when ask() had completed
  world::Instant sent{};
  world::Instant told{};   // ask() had completed
  world::Instant ended{};  // the answer had

  world::Nanos took() const { return told - sent; }
};

struct ChainWorld {
  InSim world;
  std::vector<fakes::PromptRecord> records;
  std::vector<agent::LedgerEntry> ledger;
  const agent::Config config;
  fakes::Server fake;
  const agent::Books books;
  std::unique_ptr<agent::ProviderChain> chain;

  ChainWorld(agent::Config c, std::vector<fakes::Fault> faults)
      : ChainWorld(std::move(c), std::move(faults), steady_backend()) {}

  // All backends are alike.
  ChainWorld(agent::Config c, std::vector<fakes::Fault> faults, const fakes::Backend& backend)
      : config(std::move(c)),
        fake(world.clock, world.network, fakes_of(config, std::move(faults), backend),
             [this](const fakes::PromptRecord& r) { records.push_back(r); }),
        books(world.clock, [this](const agent::LedgerEntry& entry) { ledger.push_back(entry); }) {
    ENSURE(fake.open().has_value(), "the fakes' ports must open");
    std::vector<agent::Provider> providers;
    for (const auto& [name, endpoint] : fake.endpoints()) {
      agent::Provider provider{name, endpoint, "fake-1", {}, {}};
      providers.push_back(std::move(provider));
    }
    agent::ProviderChain::Parts parts{world.clock, world.network, config, books,
                                      world::Random(1)};
    chain = std::make_unique<agent::ProviderChain>(parts, providers);
  }

  static fakes::ServerConfig fakes_of(const agent::Config& config,
                                      std::vector<fakes::Fault> faults,
                                      const fakes::Backend& backend) {
    fakes::ServerConfig server;
    for (const std::string& name : config.providers) server.backends[name] = backend;
    server.faults = std::move(faults);
    server.listen = {"", 80};
    return server;
  }

  std::vector<ChainReply> ask_all(std::vector<ChainAsking> askings) {
    std::vector<ChainReply> replies(askings.size());
    world.clock.run(
        serve_during(world.clock, fake.serve(), all(std::move(askings), replies)));
    return replies;
  }
  ChainReply ask(ChainAsking asking = {}) { return ask_all({std::move(asking)})[0]; }

  // The backends that were asked, by the instants of arrival: "a b a".
  std::string hits() const {
    std::vector<std::pair<world::Instant, std::string>> seen;
    for (const auto& record : records) seen.emplace_back(record.at, record.backend);
    std::stable_sort(seen.begin(), seen.end(),
                     [](const auto& l, const auto& r) { return l.first < r.first; });
    std::string text;
    for (const auto& [at, backend] : seen) text += (text.empty() ? "" : " ") + backend;
    return text;
  }
  std::size_t hits_of(const std::string& backend) const {
    std::size_t n = 0;
    for (const auto& record : records) n += record.backend == backend ? 1 : 0;
    return n;
  }

 private:
  world::Task<void> one(ChainAsking asking, ChainReply& reply) {
    co_await world.clock.sleep(asking.at);
    agent::Request request;
    const std::string body =
        support::ask(asking.turn, asking.stream, asking.tokens, asking.further);
    ENSURE(agent::read_request(body, {}, request), "the request must be valid");
    request.allow_fallback = asking.allow_fallback;
    agent::History prompt = request.messages;
    agent::ProviderChain::Question question{request, prompt, {}, world::to_text(asking.turn)};
    question.deadline = world.clock.now() + asking.patience;
    question.settles = asking.settles;
    question.background = asking.background;
    reply.sent = world.clock.now();
    agent::Asked asked = co_await chain->ask(std::move(question));
    reply.told = world.clock.now();
    reply.problem = asked.problem;
    reply.health = chain->providers_json();
    reply.fallback = asked.fallback;
    reply.may_degrade = asked.may_degrade;
    reply.attempts = asked.attempts;
    reply.tried = asked.tried;
    if (asked.provider != nullptr) reply.provider = asked.provider->name;
    reply.answered = asked.upstream != nullptr;
    if (reply.answered) co_await drain(*asked.upstream, reply);
    reply.ended = world.clock.now();
  }

  world::Task<void> drain(agent::Upstream& up, ChainReply& reply) {
    reply.text = up.body + up.events;
    while (up.relay && !up.relay->done()) {
      const world::Result<std::string_view> bytes = co_await up.client().read_some(*up.call);
      if (!bytes || bytes->empty()) break;
      const world::Result<void> fed = up.relay->feed(*bytes, reply.text);
      if (!fed) break;
    }
    up.end({agent::OutcomeKind::ok, 0});
  }

  world::Task<void> all(std::vector<ChainAsking> askings, std::vector<ChainReply>& replies) {
    world::Scope scope(world.clock);
    for (std::size_t i = 0; i < askings.size(); ++i) {
      scope.spawn(one(std::move(askings[i]), replies[i]));
    }
    co_await scope.join();
    co_await world.clock.sleep(std::chrono::seconds(1));
  }
};

// Hardened, with these providers; breakers without jitter, nothing explored.
inline agent::Config chain_config(std::vector<std::string> providers) {
  agent::Config config = agent::find_profile("hardened")->apply({});
  config.providers = std::move(providers);
  config.breaker.jitter_percent = 0;
  config.chain.explore_ppm = 0;
  return config;
}

inline fakes::Fault fault_on(const std::string& backend, fakes::FaultAction action,
                             world::Nanos from = world::Nanos{0},
                             world::Instant to = world::kNever) {
  fakes::Fault f = fault(std::move(action), from, to);
  f.id = "f_" + backend + std::to_string(from.count());
  f.on = {backend};
  return f;
}

// So many requests, one each `every`, each of another user.
inline std::vector<ChainAsking> in_a_row(std::uint32_t n, world::Nanos every,
                                         ChainAsking like = {}) {
  std::vector<ChainAsking> all;
  for (std::uint32_t i = 0; i < n; ++i) {
    like.turn = {i + 1, 0, 0};
    all.push_back(like);
    like.at += every;
  }
  return all;
}

}  // namespace support
