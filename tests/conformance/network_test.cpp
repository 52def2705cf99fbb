// What every Network does: connecting, both directions, every way to end, admission.
#include <catch2/catch.hpp>

#include "arena.hpp"

namespace conformance {

namespace {

Task<void> refused(Arena& arena) {
  Endpoint nobody;
  {
    Result<std::unique_ptr<Listener>> listener = arena.network().listen(Endpoint());
    nobody = (*listener)->endpoint();
  }
  const auto connected = co_await arena.network().connect(nobody);
  arena.note("client", told(connected));
}

Task<void> unresolved(Arena& arena) {
  Endpoint nowhere;
  nowhere.host = "no-such-host.invalid";
  nowhere.port = 80;
  const auto connected = co_await arena.network().connect(nowhere);
  arena.note("client", told(connected));
}

Task<void> port_taken(Arena& arena) {
  Result<std::unique_ptr<Listener>> first = arena.network().listen(Endpoint());
  const Result<std::unique_ptr<Listener>> second =
      arena.network().listen((*first)->endpoint());
  arena.note("second", second ? "listens" : std::string(name_of(second.error())));
  co_return;
}

Task<void> localhost_is_loopback(Arena& arena) {
  Endpoint by_name;
  by_name.host = "localhost";
  Result<std::unique_ptr<Listener>> listener = arena.network().listen(by_name);
  arena.note("listener", (*listener)->endpoint().host);
  by_name.port = (*listener)->endpoint().port;
  const auto named = co_await arena.network().connect(by_name);
  arena.note("client", told(named));
  const auto numbered = co_await arena.network().connect((*listener)->endpoint());
  arena.note("client", told(numbered));
}

Task<void> echo(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  const auto sent = co_await pair.client->write_all("hello");
  arena.note("client", told(sent));
  const std::string heard = co_await read_exactly(*pair.server, 5);
  arena.note("server", heard);
  const auto answered = co_await pair.server->write_all("HELLO");
  arena.note("server", told(answered));
  const std::string echoed = co_await read_exactly(*pair.client, 5);
  arena.note("client", echoed);
}

Task<void> half_close(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  const auto sent = co_await pair.client->write_all("question");
  pair.client->finish_sending();
  const std::string question = co_await read_to_end(*pair.server);
  arena.note("server", told(sent) + " " + question);
  const auto refused_write = co_await pair.client->write_all("more");
  arena.note("client", told(refused_write));
  const auto answered = co_await pair.server->write_all("answer");
  pair.server->finish_sending();
  const std::string answer = co_await read_to_end(*pair.client);
  arena.note("client", told(answered) + " " + answer);
}

Task<void> peer_closes(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  const auto sent = co_await pair.server->write_all("last words");
  arena.note("server", told(sent));
  pair.server.reset();
  const std::string all = co_await read_to_end(*pair.client);
  arena.note("client", all);
  // Writing to a peer that is gone fails in the end, not at once.
  for (;;) {
    const auto written = co_await write_all(*pair.client, std::string(1'000, 'x'));
    if (written) continue;
    arena.note("client", told(written));
    break;
  }
  const std::string again = co_await read_to_end(*pair.client);
  arena.note("client", again.empty() ? "end" : again);
}

Task<void> close_with_unread(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  const auto sent = co_await pair.client->write_all("unwanted");
  std::string first;
  const auto read = co_await read_into(*pair.server, first, 1);
  arena.note("server", told(sent) + " " + told(read));
  pair.server.reset();
  const std::string all = co_await read_to_end(*pair.client);
  arena.note("client", all);
}

Task<void> reset_read_then_write(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  pair.server->reset();
  const std::string all = co_await read_to_end(*pair.client);
  arena.note("client", all);
  const auto written = co_await pair.client->write_all("x");
  arena.note("client", told(written));
  const std::string again = co_await read_to_end(*pair.client);
  arena.note("client", again);
}

Task<void> reset_write_then_read(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  pair.server->reset();
  for (;;) {
    const auto written = co_await write_all(*pair.client, std::string(1'000, 'x'));
    if (written) continue;
    arena.note("client", told(written));
    break;
  }
  const std::string all = co_await read_to_end(*pair.client);
  arena.note("client", all);
}

Task<void> reset_behind_bytes(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  const auto sent = co_await pair.server->write_all("so far");
  const std::string some = co_await read_exactly(*pair.client, 2);
  pair.server->reset();
  const std::string rest = co_await read_to_end(*pair.client);
  arena.note("client", told(sent) + " " + some + "|" + rest);
}

Task<void> own_reset(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  const auto sent = co_await pair.server->write_all("unread");
  const std::string some = co_await read_exactly(*pair.client, 2);
  arena.note("client", told(sent) + " " + some);
  pair.client->reset();
  const std::string rest = co_await read_to_end(*pair.client);
  const auto written = co_await pair.client->write_all("x");
  arena.note("client", rest + " " + told(written));
  const std::string seen = co_await read_to_end(*pair.server);
  arena.note("server", seen);
}

Task<void> send_in_slices(Arena& arena, Stream& stream, std::string bytes) {
  for (char c : bytes) {
    const auto sent = co_await write_all(stream, std::string(1, c));
    if (!sent) arena.note("writer", told(sent));
  }
  stream.finish_sending();
}

Task<void> one_byte_slices(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  const std::string bytes = pattern(3'000);
  Scope scope(arena.clock());
  scope.spawn(send_in_slices(arena, *pair.server, bytes));
  std::string all;
  for (;;) {
    const auto n = co_await read_into(*pair.client, all, 1);
    if (!n || *n == 0) break;
  }
  co_await scope.join();
  arena.note("reader", all == bytes ? "all in order" : "something else");
}

Task<void> send_much(Arena& arena, Stream& stream, std::string bytes, bool& finished) {
  const auto sent = co_await stream.write_all(bytes);
  arena.note("writer", told(sent));
  finished = true;
  stream.finish_sending();
}

Task<void> backpressure(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  const std::string bytes = pattern(8 * 1024 * 1024);
  bool finished = false;
  Scope scope(arena.clock());
  scope.spawn(send_much(arena, *pair.server, bytes, finished));
  co_await arena.clock().sleep(10ms);
  arena.note("reader", finished ? "the writer did not wait" : "the writer waits");
  const std::string all = co_await read_to_end(*pair.client);
  co_await scope.join();
  arena.note("reader", all == bytes ? "all in order" : "something else");
}

Task<void> reader_goes_while_writer_waits(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  bool finished = false;
  Scope scope(arena.clock());
  scope.spawn(send_much(arena, *pair.server, pattern(8 * 1024 * 1024), finished));
  const std::string some = co_await read_exactly(*pair.client, 10);
  pair.client.reset();
  co_await scope.join();
  arena.note("reader", std::to_string(some.size()) + " bytes");
}

Task<void> admission(Arena& arena) {
  Result<std::unique_ptr<Listener>> listening = arena.network().listen(Endpoint());
  Listener& listener = **listening;
  const Endpoint to = listener.endpoint();
  listener.admit(Admission::refuse);
  const auto first = co_await arena.network().connect(to);
  arena.note("client", told(first));
  arena.note("server", listener.turned_away() >= 1 ? "counted" : "not counted");
  listener.admit(Admission::black_hole);
  const Instant soon = arena.clock().now() + 5ms;
  const auto second = co_await with_deadline(arena.clock(), soon, arena.network().connect(to));
  arena.note("client", second ? told(*second) : "nothing");
  listener.admit(Admission::open);
  Result<std::unique_ptr<Stream>> third = co_await arena.network().connect(to);
  arena.note("client", told(third));
  Result<std::unique_ptr<Stream>> served = co_await listener.accept();
  arena.note("server", told(served));
  const auto sent = co_await (*served)->write_all("hi");
  const std::string heard = co_await read_exactly(**third, 2);
  arena.note("client", told(sent) + " " + heard);
}

Task<void> black_hole_leaves_the_connected(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  pair.listener->admit(Admission::black_hole);
  const auto sent = co_await pair.client->write_all("still");
  const std::string heard = co_await read_exactly(*pair.server, 5);
  arena.note("server", told(sent) + " " + heard);
}

Task<void> serve_one(Arena& arena, Listener& listener) {
  Result<std::unique_ptr<Stream>> served = co_await listener.accept();
  const std::string heard = co_await read_to_end(**served);
  const auto answered = co_await write_all(**served, heard + "!");
  if (!answered) arena.note("server", told(answered));
}

Task<void> ask_one(Arena& arena, Endpoint to, int i, int& right) {
  Result<std::unique_ptr<Stream>> connected = co_await arena.network().connect(to);
  if (!connected) co_return;
  const auto sent = co_await write_all(**connected, std::to_string(i));
  (*connected)->finish_sending();
  const std::string answer = co_await read_to_end(**connected);
  if (sent && answer == std::to_string(i) + "!") ++right;
}

Task<void> many_connections(Arena& arena) {
  Result<std::unique_ptr<Listener>> listener = arena.network().listen(Endpoint());
  const Endpoint to = (*listener)->endpoint();
  int right = 0;
  Scope scope(arena.clock());
  for (int i = 0; i < 200; ++i) {
    scope.spawn(serve_one(arena, **listener));
    scope.spawn(ask_one(arena, to, i, right));
  }
  co_await scope.join();
  arena.note("clients", std::to_string(right) + " right answers");
}

Task<void> listener_goes_with_backlog(Arena& arena) {
  Result<std::unique_ptr<Listener>> listener = arena.network().listen(Endpoint());
  const Endpoint to = (*listener)->endpoint();
  Result<std::unique_ptr<Stream>> connected = co_await arena.network().connect(to);
  arena.note("client", told(connected));
  (*listener).reset();
  const std::string all = co_await read_to_end(**connected);
  arena.note("client", all);
  const auto again = co_await arena.network().connect(to);
  arena.note("client", told(again));
}

Task<void> accepted_outlives_listener(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  pair.listener.reset();
  const auto sent = co_await pair.client->write_all("on");
  const std::string heard = co_await read_exactly(*pair.server, 2);
  arena.note("server", told(sent) + " " + heard);
}

Task<void> staleness(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  arena.note("idle", pair.client->stale() ? "stale" : "fresh");
  const auto sent = co_await pair.server->write_all("unasked");
  const std::string one = co_await read_exactly(*pair.client, 1);
  arena.note("unasked bytes", told(sent) + (pair.client->stale() ? " stale" : " fresh"));
  Pair ended = co_await connected_pair(arena);
  ended.server->finish_sending();
  const std::string rest = co_await read_to_end(*ended.client);
  arena.note("ended", rest + (ended.client->stale() ? "stale" : "fresh"));
}

}  // namespace

TEST_CASE("network: both twins behave alike") {
  check_all({
      {"nobody listens", refused, {"client: refused"}},
      {"no such name", unresolved, {"client: unresolved"}},
      {"port taken", port_taken, {"second: unavailable"}},
      {"localhost", localhost_is_loopback,
       {"client: connected", "client: connected", "listener: 127.0.0.1"}},
      {"echo", echo, {"client: ok", "client: HELLO", "server: hello", "server: ok"}},
      {"half-close", half_close, {"client: reset", "client: ok answer", "server: ok question"}},
      {"the peer closes", peer_closes,
       {"client: last words", "client: reset", "client: end", "server: ok"}},
      {"close with unread data", close_with_unread,
       {"client: <reset>", "server: ok 1 bytes"}},
      {"reset, met by a read", reset_read_then_write,
       {"client: <reset>", "client: reset", "client: <reset>"}},
      {"reset, met by a write", reset_write_then_read, {"client: reset", "client: <reset>"}},
      {"reset behind bytes", reset_behind_bytes, {"client: ok so| far<reset>"}},
      {"own reset", own_reset, {"client: ok un", "client: <reset> reset", "server: <reset>"}},
      {"slices of one byte", one_byte_slices, {"reader: all in order"}},
      {"backpressure", backpressure,
       {"reader: the writer waits", "reader: all in order", "writer: ok"}},
      {"the reader goes while the writer waits", reader_goes_while_writer_waits,
       {"reader: 10 bytes", "writer: reset"}},
      {"admission", admission,
       {"client: refused", "client: nothing", "client: connected", "client: ok hi",
        "server: counted", "server: connected"}},
      {"a black hole leaves who is connected", black_hole_leaves_the_connected,
       {"server: ok still"}},
      {"many connections", many_connections, {"clients: 200 right answers"}},
      {"a listener goes with its backlog", listener_goes_with_backlog,
       {"client: connected", "client: <reset>", "client: refused"}},
      {"what was accepted outlives its listener", accepted_outlives_listener, {"server: ok on"}},
      {"staleness", staleness, {"ended: stale", "idle: fresh", "unasked bytes: ok stale"}},
  });
}

}  // namespace conformance
