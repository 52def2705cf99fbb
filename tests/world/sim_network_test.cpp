// What only the simulated network can promise: exact virtual times, cuts, and the same bytes again.
#include "world/sim_network.hpp"

#include <catch2/catch.hpp>

#include "world/deadline.hpp"
#include "world/scope.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

struct Arrival {
  Nanos at;
  std::size_t bytes;
  friend bool operator==(const Arrival&, const Arrival&) = default;
};
std::ostream& operator<<(std::ostream& out, const Arrival& a) {
  return out << a.bytes << " bytes at " << a.at.count() << " ns";
}

Task<void> send_bytes(Stream& stream, std::string bytes) {
  const auto sent = co_await stream.write_all(bytes);
  if (sent) stream.finish_sending();
}

// Connects, sends, and notes when what arrived, relative to the connection.
Task<void> measure(SimClock& clock, SimNetwork& network, std::size_t bytes, std::size_t read_size,
                   std::vector<Arrival>& arrivals) {
  Result<std::unique_ptr<Listener>> listener = network.listen(Endpoint());
  Result<std::unique_ptr<Stream>> client = co_await network.connect((*listener)->endpoint());
  Result<std::unique_ptr<Stream>> server = co_await (*listener)->accept();
  const Instant start = clock.now();
  Scope scope(clock);
  scope.spawn(send_bytes(**server, std::string(bytes, 'x')));
  std::string buffer(read_size, '\0');
  for (;;) {
    const auto n = co_await (*client)->read_some(buffer.data(), buffer.size());
    arrivals.push_back({clock.now() - start, n ? *n : 999});
    if (!n || *n == 0) break;
  }
  co_await scope.join();
}

std::vector<Arrival> arrivals(Link link, std::size_t bytes, std::size_t read_size = 1'000'000) {
  SimClock clock;
  SimNetwork network(clock, link);
  std::vector<Arrival> seen;
  CHECK(clock.run(measure(clock, network, bytes, read_size, seen)));
  return seen;
}

Link link(Nanos latency, std::int64_t bytes_per_second, std::size_t segment, std::size_t window) {
  return Link{latency, bytes_per_second, segment, window};
}

}  // namespace

TEST_CASE("sim network: exact arrival times") {
  using Arrivals = std::vector<Arrival>;
  SECTION("latency") {
    CHECK(arrivals(link(5ms, 0, 1'000, 100'000), 700) == Arrivals{{5ms, 700}, {5ms, 0}});
  }
  SECTION("segments bound a read") {
    CHECK(arrivals(link(5ms, 0, 1'000, 100'000), 2'500) ==
          Arrivals{{5ms, 1'000}, {5ms, 1'000}, {5ms, 500}, {5ms, 0}});
  }
  SECTION("bandwidth spaces the segments") {
    CHECK(arrivals(link(5ms, 1'000'000, 1'000, 100'000), 2'500) ==
          Arrivals{{6ms, 1'000}, {7ms, 1'000}, {7'500us, 500}, {7'500us, 0}});
  }
  SECTION("a window lets go on only what was read") {
    // The second 1,000 bytes leave when the first were read: one latency later, then one more.
    CHECK(arrivals(link(5ms, 0, 1'000, 1'000), 2'000) ==
          Arrivals{{5ms, 1'000}, {10ms, 1'000}, {10ms, 0}});
  }
  SECTION("small reads take a segment in parts") {
    CHECK(arrivals(link(1ms, 0, 1'000, 100'000), 500, 200) ==
          Arrivals{{1ms, 200}, {1ms, 200}, {1ms, 100}, {1ms, 0}});
  }
}

namespace {

Task<void> connect_times(SimClock& clock, SimNetwork& network, std::vector<Nanos>& times) {
  Endpoint far;
  far.host = "far.example";
  far.port = 80;
  Result<std::unique_ptr<Listener>> listener = network.listen(far);
  const Instant start = clock.now();
  const auto connected = co_await network.connect(far);
  times.push_back(clock.now() - start);
  CHECK(connected.has_value());
  (*listener)->admit(Admission::refuse);
  const auto refused = co_await network.connect(far);
  times.push_back(clock.now() - start);
  CHECK((!refused && refused.error() == Failure::refused));
  CHECK((*listener)->turned_away() == 1);
}

}  // namespace

TEST_CASE("sim network: a connection takes a round trip over the host's own link") {
  SimClock clock;
  SimNetwork network(clock);
  network.set_link("far.example", link(40ms, 0, 1'000, 10'000));
  std::vector<Nanos> times;
  CHECK(clock.run(connect_times(clock, network, times)));
  CHECK(times == std::vector<Nanos>{80ms, 160ms});
}

namespace {

Task<std::string> read_all(Stream& stream) {
  std::string all;
  char buffer[1'000];
  for (;;) {
    const auto n = co_await stream.read_some(buffer, sizeof(buffer));
    if (!n) all += "<" + std::string(name_of(n.error())) + ">";
    if (!n || *n == 0) co_return all;
    all.append(buffer, *n);
  }
}

Task<void> cut_and_heal(SimClock& clock, SimNetwork& network, std::vector<std::string>& log) {
  Result<std::unique_ptr<Listener>> listener = network.listen(Endpoint());
  const Endpoint to = (*listener)->endpoint();
  Result<std::unique_ptr<Stream>> client = co_await network.connect(to);
  Result<std::unique_ptr<Stream>> server = co_await (*listener)->accept();
  network.cut("127.0.0.1");
  const auto sent = co_await (*server)->write_all("through the cut");
  (*server)->finish_sending();
  Instant soon = clock.now() + 1s;
  const auto none = co_await with_deadline(clock, soon, read_all(**client));
  log.push_back(sent && !none ? "nothing arrives" : "arrived");
  soon = clock.now() + 1s;
  const auto attempt = co_await with_deadline(clock, soon, network.connect(to));
  log.push_back(attempt ? "connected" : "attempts hang");
  network.heal("127.0.0.1");
  const Instant healed = clock.now();
  const std::string all = co_await read_all(**client);
  log.push_back(all + (clock.now() == healed ? ", at once" : ", later"));
}

Task<void> send_much(Stream& stream, std::string& outcome) {
  const std::string bytes(10'000'000, 'x');
  const auto sent = co_await stream.write_all(bytes);
  outcome = sent ? "sent" : std::string(name_of(sent.error()));
}

Task<void> reset_through_a_cut(SimClock& clock, SimNetwork& network,
                               std::vector<std::string>& log) {
  Result<std::unique_ptr<Listener>> listener = network.listen(Endpoint());
  Result<std::unique_ptr<Stream>> client =
      co_await network.connect((*listener)->endpoint());
  Result<std::unique_ptr<Stream>> server = co_await (*listener)->accept();
  network.cut("127.0.0.1");
  std::string outcome = "waits";
  Scope scope(clock);
  scope.spawn(send_much(**client, outcome));
  (*server)->reset();
  const std::string own = co_await read_all(**server);
  log.push_back("own end " + own);
  co_await clock.sleep(1s);
  log.push_back("writer " + outcome);
  network.heal("127.0.0.1");
  co_await scope.join();
  log.push_back("healed: writer " + outcome);
}

}  // namespace

TEST_CASE("sim network: a cut holds everything back until it heals") {
  SimClock clock;
  SimNetwork network(clock);
  std::vector<std::string> log;
  SECTION("bytes and attempts") {
    CHECK(clock.run(cut_and_heal(clock, network, log)));
    CHECK(log == std::vector<std::string>{"nothing arrives", "attempts hang",
                                          "through the cut, at once"});
  }
  SECTION("a reset") {
    CHECK(clock.run(reset_through_a_cut(clock, network, log)));
    CHECK(log == std::vector<std::string>{"own end <reset>", "writer waits",
                                          "healed: writer reset"});
  }
}

namespace {

Task<void> echo_server(SimClock&, Listener& listener) {
  for (;;) {
    Result<std::unique_ptr<Stream>> stream = co_await listener.accept();
    char buffer[256];
    for (;;) {
      const auto n = co_await (*stream)->read_some(buffer, sizeof(buffer));
      if (!n || *n == 0) break;
      const auto sent = co_await (*stream)->write_all(std::string_view(buffer, *n));
      if (!sent) break;
    }
  }
}

Task<void> echo_client(SimClock& clock, SimNetwork& network, Endpoint to, std::string text) {
  for (int i = 0; i < 60; ++i) {
    Result<std::unique_ptr<Stream>> stream = co_await network.connect(to);
    const auto sent = co_await (*stream)->write_all(text);
    if (sent) (*stream)->finish_sending();
    const std::string back = co_await read_all(**stream);
    CHECK(back == text);
    co_await clock.sleep(i * 1ms);
  }
}

Task<void> echo_world(SimClock& clock, SimNetwork& network, std::string text) {
  Result<std::unique_ptr<Listener>> listener = network.listen(Endpoint());
  Scope servers(clock);
  servers.spawn(echo_server(clock, **listener));
  Scope clients(clock);
  for (int i = 0; i < 25; ++i) {
    clients.spawn(echo_client(clock, network, (*listener)->endpoint(), text));
  }
  co_await clients.join();
  servers.cancel();
  co_await servers.join();
}

struct Run {
  std::uint64_t digest;
  std::uint64_t events;
  std::vector<std::uint64_t> checkpoints;
  std::vector<std::uint64_t> trace;  // digest after every event
};

Run run_echo(const std::string& text) {
  SimClock clock;
  SimNetwork network(clock, Link{3ms, 1'000'000, 100, 1'000});
  Run run;
  clock.set_trace([&run](std::uint64_t, Instant, std::uint64_t, std::uint64_t digest) {
    run.trace.push_back(digest);
  });
  CHECK(clock.run(echo_world(clock, network, text)));
  run.digest = clock.digest();
  run.events = clock.events();
  run.checkpoints = clock.checkpoints();
  return run;
}

}  // namespace

TEST_CASE("sim clock: equal runs have equal digests, and the first difference is found") {
  const Run first = run_echo("hello");
  const Run second = run_echo("hello");
  const Run other = run_echo("hellO");
  CHECK(first.digest == second.digest);
  CHECK(first.events == second.events);
  CHECK(first.trace == second.trace);
  CHECK(first.checkpoints == second.checkpoints);
  CHECK(first.checkpoints.size() == first.events / SimClock::kCheckpointEvery);
  REQUIRE_FALSE(first.checkpoints.empty());
  CHECK(first.checkpoints[0] == first.trace[SimClock::kCheckpointEvery - 1]);
  // Only one byte of content differs: the same events, another digest from its first delivery on.
  CHECK(first.events == other.events);
  CHECK(first.digest != other.digest);
  CHECK(first.trace.front() == other.trace.front());
}

namespace {

struct Ended {
  explicit Ended(int& c) : count(c) {}
  ~Ended() { ++count; }
  int& count;
};

Task<void> serve_for_ever(SimClock& clock, SimNetwork& network, int& ended) {
  const Ended mark(ended);
  Result<std::unique_ptr<Listener>> listener = network.listen(Endpoint());
  Result<std::unique_ptr<Stream>> client =
      co_await network.connect((*listener)->endpoint());
  Result<std::unique_ptr<Stream>> server = co_await (*listener)->accept();
  Scope scope(clock);
  scope.spawn(echo_server(clock, **listener));
  try {
    for (;;) {
      const auto sent = co_await (*client)->write_all("tick");
      if (!sent) break;
      char buffer[10];
      const auto n = co_await (*server)->read_some(buffer, sizeof(buffer));
      if (!n) break;
      co_await clock.sleep(1ms);
    }
  } catch (const Cancelled&) {
  }
  scope.cancel();
  co_await scope.join_anyway();
}

Task<void> wait_for_nothing(SimClock& clock, int& ended) {
  const Ended mark(ended);
  co_await clock.sleep_until(kNever);
}

}  // namespace

TEST_CASE("sim clock: a run that is stopped unwinds every owner") {
  int ended = 0;
  SimClock clock;
  SimNetwork network(clock);
  SECTION("at its time") {
    CHECK_FALSE(clock.run(serve_for_ever(clock, network, ended), at(100ms)));
    CHECK(clock.now() <= at(100ms));
    CHECK(clock.now() >= at(98ms));
  }
  SECTION("by an interrupt") {
    int looks = 0;
    clock.set_interrupt([&looks] { return ++looks == 3; });
    clock.run(serve_for_ever(clock, network, ended));
    CHECK(looks >= 3);
    CHECK(clock.events() < 3 * 1'024 + 100);
  }
  SECTION("when nothing can happen any more") {
    CHECK_FALSE(clock.run(wait_for_nothing(clock, ended)));
  }
  CHECK(ended == 1);
}

TEST_CASE("sim clock: the wall clock may jump, scenario time does not") {
  SimClock clock;
  const std::int64_t before = clock.unix_nanos();
  clock.step_wall(-3s);
  CHECK(clock.unix_nanos() == before - 3'000'000'000);
  CHECK(clock.now() == Instant{});
}

namespace {

struct Lookup {
  std::string host;
  std::string end;
  Nanos took;
};

Task<void> look_up(SimClock& clock, SimNetwork& network, std::string host, bool tls,
                   Lookup& lookup) {
  const Instant start = clock.now();
  Endpoint to;
  to.host = host;
  to.port = 443;
  TlsClient client;
  client.ca_pem = network.tls_ca_pem();
  Result<std::unique_ptr<Stream>> connected = Failure::unavailable;
  if (tls) {
    connected = co_await network.connect(to, client);
  } else {
    connected = co_await network.connect(to);
  }
  lookup.host = host;
  lookup.end = connected ? "connected" : std::string(name_of(connected.error()));
  lookup.took = clock.now() - start;
}

Task<void> read_all(std::unique_ptr<Stream> stream) {
  char byte;
  for (;;) {
    const auto n = co_await stream->read_some(&byte, 1);
    if (!n || *n == 0) co_return;
  }
}

Task<void> serve(Clock& clock, Listener& listener) {
  Scope scope(clock);
  std::exception_ptr ended;
  try {
    for (;;) {
      Result<std::unique_ptr<Stream>> stream = co_await listener.accept();
      scope.spawn(read_all(std::move(*stream)));
    }
  } catch (...) {
    ended = std::current_exception();
  }
  scope.cancel();
  co_await scope.join_anyway();
  std::rethrow_exception(ended);
}

Task<void> look_up_beside(SimClock& clock, SimNetwork& network, Listener& listener,
                          std::string host, bool tls, Lookup& lookup) {
  Scope scope(clock);
  scope.spawn(serve(clock, listener));
  co_await look_up(clock, network, std::move(host), tls, lookup);
  scope.cancel();
  co_await scope.join();
}

}  // namespace

TEST_CASE("sim network: names are resolved before anything else") {
  struct Row {
    NameOutcome outcome;
    std::string end;
    Nanos took;
    std::uint64_t misnamed;
  };
  const Nanos round_trip = 2 * Link().latency;
  const Row row = GENERATE_COPY(Row{NameOutcome::found, "connected", round_trip, 0},
                                Row{NameOutcome::slow, "connected", 5s + round_trip, 1},
                                Row{NameOutcome::nxdomain, "unresolved", 0s, 1},
                                Row{NameOutcome::servfail, "unresolved", 0s, 1},
                                Row{NameOutcome::timeout, "unresolved", 10s, 1});
  SimClock clock;
  SimNetwork network(clock);
  auto listener = network.listen({"primary", 443});
  network.name("primary", row.outcome, 5s);
  Lookup lookup;
  clock.run(look_up_beside(clock, network, **listener, "primary", false, lookup));
  CHECK(lookup.end == row.end);
  CHECK(lookup.took == row.took);
  CHECK(network.misnamed("primary") == row.misnamed);

  network.name("primary", NameOutcome::found, 0s);
  clock.run(look_up_beside(clock, network, **listener, "primary", false, lookup));
  CHECK(lookup.end == "connected");
  CHECK(network.misnamed("primary") == row.misnamed);
}

TEST_CASE("sim network: addresses and localhost are not resolved, and nobody knows a stranger") {
  SimClock clock;
  SimNetwork network(clock);
  auto listener = network.listen({"127.0.0.1", 443});
  network.name("127.0.0.1", NameOutcome::nxdomain, 0s);
  network.name("localhost", NameOutcome::nxdomain, 0s);
  Lookup lookup;
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    clock.run(look_up_beside(clock, network, **listener, host, false, lookup));
    CHECK(lookup.end == "connected");
    CHECK(network.misnamed(host) == 0);
  }
  clock.run(look_up(clock, network, "stranger", false, lookup));
  CHECK(lookup.end == "unresolved");
  clock.run(look_up(clock, network, "10.0.0.1", false, lookup));
  CHECK(lookup.end == "unreachable");
}

TEST_CASE("sim network: a handshake takes one more round trip, also after a slow name") {
  SimClock clock;
  SimNetwork network(clock);
  TlsServer tls;
  tls.names = {"primary"};
  auto listener = network.listen({"primary", 443}, tls);
  Lookup lookup;
  clock.run(look_up_beside(clock, network, **listener, "primary", true, lookup));
  CHECK(lookup.end == "connected");
  CHECK(lookup.took == 4 * Link().latency);
  network.name("primary", NameOutcome::slow, 3s);
  clock.run(look_up_beside(clock, network, **listener, "primary", true, lookup));
  CHECK(lookup.took == 3s + 4 * Link().latency);
}
