// The core in front of any fakes in virtual time: what its users get, what the fakes saw, and what
// the core's own ledger says.
#pragma once

#include "agent/agent.hpp"
#include "agent/profile.hpp"
#include "tests/agent/agent_world.hpp"
#include "world/json_reader.hpp"

namespace support {

// An answer in full.
struct Got {
  int status = 0;  // 0: no response
  world::HttpHeaders headers;
  std::string body;
  bool whole = false;
  world::Instant sent{};
  world::Instant ended{};

  // The value of a member of the body; of a text what is inside.
  std::string member(std::string_view name) const {
    const world::JsonValue value = world::member_of(body, name);
    return value.type == world::JsonType::string ? value.text() : std::string(value.raw);
  }
  std::string code() const { return member("code"); }
  world::Nanos took() const { return ended - sent; }
};

struct Setup {
  agent::Config config;
  std::vector<fakes::Fault> faults;
  std::map<std::string, fakes::Backend> backends = {{"primary", steady_backend()}};
  std::string key = "sk-canary-0000000000000001";
  agent::JobStore* store = nullptr;  // null: one of its own
  std::uint64_t seed = 1;            // another one for another life over the same store
};

inline agent::Config profile(const std::string& name) {
  const agent::Profile* found = agent::find_profile(name);
  ENSURE(found != nullptr, "a profile that is tested must be there");
  agent::Config config;
  config.providers = {"primary"};
  return found->apply(config);
}

struct CoreWorld {
  using Records = std::vector<fakes::PromptRecord>;
  using Ledger = std::vector<agent::LedgerEntry>;

  InSim world;
  Records records;
  Ledger ledger;
  fakes::Server fake;
  std::unique_ptr<agent::Agent> agent;
  std::unique_ptr<world::Listener> listener;
  world::Endpoint at;
  world::HttpClient client;
  std::string target = "/v1/chat/completions";  // of what is posted

  explicit CoreWorld(Setup setup)
      : fake(world.clock, world.network, fakes_of(setup),
             [this](const fakes::PromptRecord& r) { records.push_back(r); }),
        client(world.clock, world.network) {
    ENSURE(fake.open().has_value(), "the fakes' ports must open");
    std::vector<agent::Provider> providers;
    for (const auto& [name, endpoint] : fake.endpoints()) {
      agent::Provider provider{name, endpoint, "fake-1", {}, setup.key};
      providers.push_back(std::move(provider));
    }
    agent::Outside outside;
    outside.store = setup.store;
    agent = std::make_unique<agent::Agent>(
        world.clock, world.network, setup.config, providers,
        [this](const agent::LedgerEntry& entry) { ledger.push_back(entry); },
        world::Random(setup.seed), outside);
    listener = *world.network.listen({"agent", 80});
    at = listener->endpoint();
  }

  static fakes::ServerConfig fakes_of(const Setup& setup) {
    fakes::ServerConfig config;
    config.backends = setup.backends;
    config.faults = setup.faults;
    config.listen = {"", 80};
    return config;
  }

  world::Clock& clock() { return world.clock; }

  void run(world::Task<void> work) {
    world.clock.run(serve_during(
        world.clock, fake.serve(),
        serve_during(world.clock, agent->serve(*listener), std::move(work))));
  }

  // Entries of a kind, of one request if it is named.
  Ledger entries(agent::LedgerKind kind, const std::string& request = {}) const {
    Ledger found;
    for (const auto& e : ledger) {
      if (e.kind == kind && (request.empty() || e.request == request)) found.push_back(e);
    }
    return found;
  }

  // Sends a request and reads its answer, for so long; who is not patient leaves.
  world::Task<Got> post(std::string body, std::string id,
                        world::Nanos patience = std::chrono::hours(1)) {
    Got got;
    got.sent = clock().now();
    world::Task<bool> reading = read(std::move(body), std::move(id), got);
    auto waiting = world::with_deadline(clock(), clock().now() + patience, std::move(reading));
    const std::optional<bool> read = co_await waiting;
    got.whole = read.value_or(false);
    got.ended = clock().now();
    co_return got;
  }

  Got ask(std::string body, std::string id = "u1.s0.t0") {
    Got got;
    run(post_into(std::move(body), std::move(id), got));
    return got;
  }

  // One of several: when it is sent, what, as which request, and for how long its user waits.
  struct Sending {
    world::Nanos at{0};
    std::string body;
    std::string id;
    world::Nanos patience = std::chrono::hours(1);
  };
  std::vector<Got> ask_all(std::vector<Sending> sendings) {
    std::vector<Got> all(sendings.size());
    run(send_all(std::move(sendings), all));
    return all;
  }

 private:
  world::Task<bool> read(std::string body, std::string id, Got& got) {
    world::HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.headers.add("x-request-id", id);
    request.body = std::move(body);
    world::Result<world::HttpExchange> exchange = co_await client.send(at, std::move(request));
    if (!exchange) co_return false;
    got.status = exchange->status();
    got.headers = exchange->headers();
    for (;;) {
      const world::Result<std::string_view> bytes = co_await exchange->read_some();
      if (!bytes) co_return false;
      if (bytes->empty()) co_return true;
      got.body += *bytes;
    }
  }

  world::Task<void> post_into(std::string body, std::string id, Got& got) {
    got = co_await post(std::move(body), std::move(id));
  }

  world::Task<void> post_later(Sending sending, Got& got) {
    co_await clock().sleep(sending.at);
    got = co_await post(std::move(sending.body), std::move(sending.id), sending.patience);
  }

  world::Task<void> send_all(std::vector<Sending> sendings, std::vector<Got>& all) {
    world::Scope scope(clock());
    for (std::size_t i = 0; i < sendings.size(); ++i) {
      scope.spawn(post_later(std::move(sendings[i]), all[i]));
    }
    co_await scope.join();
    co_await clock().sleep(std::chrono::seconds(1));  // what nobody waits for may end
  }
};

inline std::string text_of(world::TurnId id) {
  return "u" + std::to_string(id.user) + ".s" + std::to_string(id.session) + ".t" +
         std::to_string(id.turn);
}

// A turn of conversation u<user>.s<session>, sent so much later.
inline CoreWorld::Sending turn(world::Nanos at, world::TurnId id, bool stream, int tokens = 4) {
  const std::string conversation =
      "u" + std::to_string(id.user) + ".s" + std::to_string(id.session);
  CoreWorld::Sending sending;
  sending.at = at;
  sending.body = turn_body(id, conversation, stream, tokens);
  sending.id = text_of(id);
  return sending;
}

}  // namespace support
