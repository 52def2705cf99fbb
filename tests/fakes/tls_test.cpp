// Backends with TLS, and the faults of names and handshakes as clients meet them.
#include <catch2/catch.hpp>

#include "tests/fakes/fake_world.hpp"
#include "world/http_client.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

fakes::Backend with_tls() {
  fakes::Backend backend = steady_backend();
  backend.tls = true;
  return backend;
}

world::Task<world::Result<int>> ask_once(world::HttpClient& client, world::Endpoint at) {
  world::HttpRequest request;
  request.method = "POST";
  request.target = "/v1/chat/completions";
  request.body = ask({1, 0, 0}, false, 3);
  world::Result<world::HttpExchange> sent = co_await client.send(at, std::move(request));
  if (!sent) co_return world::Result<int>(sent.error());
  const int status = sent->status();
  const world::Result<std::string> body = co_await sent->read_all();
  if (!body) co_return world::Result<int>(body.error());
  co_return world::Result<int>(status);
}

// Asks now and at each of the instants, always with the same client; notes what came of it.
world::Task<void> ask_at(world::Clock& clock, world::Network& network, world::Endpoint at,
                         bool https, std::vector<world::Nanos> when,
                         std::vector<std::string>& notes) {
  world::HttpClientOptions options;
  if (https) {
    options.tls.emplace();
    options.tls->ca_pem = network.tls_ca_pem();
  }
  world::HttpClient client(clock, network, options);
  for (const world::Nanos instant : when) {
    co_await clock.sleep_until(world::at(instant));
    world::Task<world::Result<int>> asking = ask_once(client, at);
    const world::Instant enough = clock.now() + 1s;
    const auto came = co_await world::with_deadline(clock, enough, std::move(asking));
    std::string note = "nothing";
    if (came) note = *came ? std::to_string(**came) : std::string(world::name_of(came->error()));
    notes.push_back(note);
  }
}

template <class World>
std::vector<std::string> asked_at(FakeWorld<World>& fake, std::vector<world::Nanos> when,
                                  bool https = true) {
  std::vector<std::string> notes;
  fake.run(ask_at(fake.world.clock, fake.world.network, fake.at, https, when, notes));
  return notes;
}

using Notes = std::vector<std::string>;

}  // namespace

TEMPLATE_TEST_CASE("a backend with tls serves https and nothing else", "[tls]", InSim, Live) {
  FakeWorld<TestType> fake({}, with_tls());
  CHECK(asked_at(fake, {0ms, 300ms}) == Notes{"200", "200"});
  FakeWorld<TestType> plainly({}, with_tls());
  CHECK(asked_at(plainly, {0ms}, false) != Notes{"200"});
  CHECK(plainly.records.empty());
  FakeWorld<TestType> plain;
  CHECK(asked_at(plain, {0ms}, true) == Notes{"tls"});
}

TEMPLATE_TEST_CASE("tls: met in the window, by who was connected before too, and not after",
                   "[tls]", InSim, Live) {
  struct Row {
    fakes::TlsHow how;
    std::string met;
  };
  const Row row = GENERATE(Row{fakes::TlsHow::handshake_stall, "nothing"},
                           Row{fakes::TlsHow::handshake_reset, "reset"},
                           Row{fakes::TlsHow::expired, "tls"},
                           Row{fakes::TlsHow::wrong_host, "tls"},
                           Row{fakes::TlsHow::self_signed, "tls"},
                           Row{fakes::TlsHow::unknown_ca, "tls"});
  CAPTURE(row.met);
  FakeWorld<TestType> fake({fault(fakes::Tls{row.how}, 1s, world::at(4s))}, with_tls());
  CHECK(asked_at(fake, {0ms, 1500ms, 2600ms, 4500ms, 4700ms}) ==
        Notes{"200", row.met, row.met, "200", "200"});
  CHECK(fake.server.faults().fired(0) == 2);
  CHECK(fake.records.size() == 3);
}

TEST_CASE("tls: a request under way when the window opens is answered, the last", "[tls]") {
  FakeWorld<InSim> fake({fault(fakes::Tls{fakes::TlsHow::expired}, 50ms)}, with_tls());
  CHECK(asked_at(fake, {0ms, 200ms}) == Notes{"200", "tls"});
  CHECK(fake.server.faults().fired(0) == 1);
}

TEST_CASE("dns: met in the window, by who was connected before too, and not after", "[dns]") {
  struct Row {
    fakes::Dns dns;
    std::string met;
  };
  const Row row = GENERATE(Row{{fakes::DnsHow::nxdomain, 0s}, "unresolved"},
                           Row{{fakes::DnsHow::servfail, 0s}, "unresolved"},
                           Row{{fakes::DnsHow::timeout, 0s}, "nothing"},
                           Row{{fakes::DnsHow::slow, 900ms}, "200"},
                           Row{{fakes::DnsHow::slow, 2s}, "nothing"});
  FakeWorld<InSim> kept({fault(row.dns, 100ms, world::at(4s))});
  CHECK(asked_at(kept, {0ms, 1s, 5s}, false) == Notes{"200", row.met, "200"});
  CHECK(kept.server.faults().fired(0) == 1);
  FakeWorld<InSim> anew({fault(row.dns, 0ms, world::at(4s))});
  CHECK(asked_at(anew, {10ms}, false) == Notes{row.met});
  CHECK(anew.server.faults().fired(0) == 1);
  FakeWorld<InSim> after({fault(row.dns, 0ms, world::at(4s))});
  CHECK(asked_at(after, {5s}, false) == Notes{"200"});
  CHECK(after.server.faults().fired(0) == 0);
}

TEST_CASE("faults of name, port and handshake hold at the same time, each counted", "[tls]") {
  fakes::Fault slow = fault(fakes::Dns{fakes::DnsHow::slow, 10ms});
  fakes::Fault expired = fault(fakes::Tls{fakes::TlsHow::expired}, 0ms, world::at(1s));
  fakes::Fault refused = fault(fakes::Refuse{}, 1s, world::at(2s));
  FakeWorld<InSim> fake({slow, expired, refused}, with_tls());
  CHECK(asked_at(fake, {100ms, 1500ms, 2500ms}) == Notes{"tls", "refused", "200"});
  CHECK(fake.server.faults().fired(0) == 3);
  CHECK(fake.server.faults().fired(1) == 1);
  CHECK(fake.server.faults().fired(2) == 1);
}
