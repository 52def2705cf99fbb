// Cancelling a pending read, write, accept or connect loses nothing: the stream or listener goes
// on.
#include <catch2/catch.hpp>

#include "arena.hpp"

namespace conformance {

namespace {

Task<void> cancelled_read(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  std::string all;
  const Instant soon = arena.clock().now() + 2ms;
  const auto nothing =
      co_await with_deadline(arena.clock(), soon, read_into(*pair.client, all, 100));
  arena.note("client", nothing ? "read something" : "nothing yet");
  const auto sent = co_await pair.server->write_all("here");
  const auto read = co_await read_into(*pair.client, all, 100);
  arena.note("client", told(sent) + " " + told(read) + " " + all);
}

Task<void> drip(Arena& arena, Stream& stream, std::string bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 100) {
    const auto sent = co_await write_all(stream, bytes.substr(i, 100));
    if (!sent) arena.note("writer", told(sent));
    co_await arena.clock().sleep(200us);
  }
  stream.finish_sending();
}

// Deadlines that fall before, into and after the arrival of bytes, over and over.
Task<void> reads_cancelled_all_the_time(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  const std::string bytes = pattern(10'000);
  Scope scope(arena.clock());
  scope.spawn(drip(arena, *pair.server, bytes));
  std::string all;
  int cancelled = 0;
  for (int i = 0;; ++i) {
    const Instant soon = arena.clock().now() + (i % 7) * 30us;
    const auto read = co_await with_deadline(arena.clock(), soon, read_into(*pair.client, all, 37));
    if (!read) ++cancelled;
    if (read && (!*read || **read == 0)) break;
  }
  co_await scope.join();
  arena.note("reader", all == bytes ? "all in order" : "something else");
  arena.note("reader", cancelled > 0 ? "was cancelled" : "was never cancelled");
}

Task<void> cancelled_write(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  const std::string bytes = pattern(16 * 1024 * 1024);
  const Instant soon = arena.clock().now() + 20ms;
  const auto written =
      co_await with_deadline(arena.clock(), soon, write_all(*pair.server, bytes));
  arena.note("writer", written ? told(*written) : "waits");
  // Goes on: what was handed over arrives, then what comes next, and nothing twice.
  Scope scope(arena.clock());
  scope.spawn(drip(arena, *pair.server, "END"));
  std::string all = co_await read_to_end(*pair.client);
  co_await scope.join();
  const bool marked = all.ends_with("END");
  if (marked) all.resize(all.size() - 3);
  const bool is_prefix = !all.empty() && all.size() < bytes.size() && bytes.starts_with(all);
  arena.note("reader", marked && is_prefix ? "a prefix, then the rest" : "something else");
}

Task<void> cancelled_accept(Arena& arena) {
  Result<std::unique_ptr<Listener>> listener = arena.network().listen(Endpoint());
  const Instant soon = arena.clock().now() + 2ms;
  const auto nothing = co_await with_deadline(arena.clock(), soon, (*listener)->accept());
  arena.note("server", nothing ? "accepted" : "nobody yet");
  Result<std::unique_ptr<Stream>> client =
      co_await arena.network().connect((*listener)->endpoint());
  Result<std::unique_ptr<Stream>> server = co_await (*listener)->accept();
  const auto sent = co_await (*client)->write_all("hi");
  const std::string heard = co_await read_exactly(**server, 2);
  arena.note("server", told(sent) + " " + heard);
}

Task<void> accept_one(Arena& arena, Listener& listener, std::string name) {
  const auto accepted = co_await listener.accept();
  arena.note("server", name + (accepted ? " accepted" : " failed"));
}

Task<bool> accept_until(Arena& arena, Listener& listener, Instant at, std::string name) {
  const auto accepted = co_await with_deadline(arena.clock(), at, listener.accept());
  arena.note(name, accepted ? "accepted" : "nobody");
  co_return accepted.has_value();
}

// Of two that wait, the first is cancelled; the connection is for the second.
Task<void> one_of_two_accepts_cancelled(Arena& arena) {
  Result<std::unique_ptr<Listener>> listener = arena.network().listen(Endpoint());
  Scope scope(arena.clock());
  scope.spawn(accept_one(arena, **listener, "second"));
  const bool first =
      co_await accept_until(arena, **listener, arena.clock().now() + 2ms, "first");
  const auto connected = co_await arena.network().connect((*listener)->endpoint());
  co_await scope.join();
  arena.note("client", connected && !first ? "served" : "lost");
}

Task<void> cancelled_connect(Arena& arena) {
  Result<std::unique_ptr<Listener>> listener = arena.network().listen(Endpoint());
  const Endpoint to = (*listener)->endpoint();
  (*listener)->admit(Admission::black_hole);
  for (int i = 0; i < 3; ++i) {
    const Instant soon = arena.clock().now() + 2ms;
    const auto none = co_await with_deadline(arena.clock(), soon, arena.network().connect(to));
    arena.note("client", none ? "an answer" : "nothing");
  }
  (*listener)->admit(Admission::open);
  Result<std::unique_ptr<Stream>> client = co_await arena.network().connect(to);
  Result<std::unique_ptr<Stream>> server = co_await (*listener)->accept();
  const auto sent = co_await (*client)->write_all("hi");
  const std::string heard = co_await read_exactly(**server, 2);
  arena.note("server", told(sent) + " " + heard);
}

Task<void> read_for_ever(Stream& stream) {
  std::string all;
  const auto ignored = co_await read_into(stream, all, 10);
  static_cast<void>(ignored);
}

// A scope that is cancelled ends readers, writers and acceptors; their streams can go then.
Task<void> scope_cancels_everything(Arena& arena) {
  Pair pair = co_await connected_pair(arena);
  Scope scope(arena.clock());
  scope.spawn(read_for_ever(*pair.client));
  scope.spawn(read_for_ever(*pair.server));
  scope.spawn(accept_one(arena, *pair.listener, "nobody"));
  co_await arena.clock().sleep(1ms);
  arena.note("scope", std::to_string(scope.running()) + " run");
  scope.cancel();
  co_await scope.join();
  arena.note("scope", std::to_string(scope.running()) + " run");
}

}  // namespace

TEST_CASE("network: a cancelled wait loses nothing") {
  check_all({
      {"read", cancelled_read, {"client: nothing yet", "client: ok 4 bytes here"}},
      {"reads, all the time", reads_cancelled_all_the_time,
       {"reader: all in order", "reader: was cancelled"}},
      {"write", cancelled_write, {"reader: a prefix, then the rest", "writer: waits"}},
      {"accept", cancelled_accept, {"server: nobody yet", "server: ok hi"}},
      {"one of two accepts", one_of_two_accepts_cancelled,
       {"client: served", "first: nobody", "server: second accepted"}},
      {"connect", cancelled_connect,
       {"client: nothing", "client: nothing", "client: nothing", "server: ok hi"}},
      {"a whole scope", scope_cancels_everything, {"scope: 3 run", "scope: 0 run"}},
  });
}

}  // namespace conformance
