// What every Network does with TLS: who verifies what, the ways in which a handshake fails, and
// that the stream behind it is one as any other.
#include <catch2/catch.hpp>

#include "arena.hpp"

namespace conformance {

namespace {

TlsClient trusting(Arena& arena) {
  TlsClient tls;
  tls.ca_pem = arena.network().tls_ca_pem();
  return tls;
}

struct TlsPair {
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};

// Serves one connection until it ends; notes how reading went.
Task<void> read_one(Arena& arena, Listener& listener) {
  Result<std::unique_ptr<Stream>> served = co_await listener.accept();
  const std::string heard = co_await read_to_end(**served);
  arena.note("server", heard.empty() ? "end" : heard);
}

Task<void> answer_one(Arena& arena, Listener& listener) {
  Result<std::unique_ptr<Stream>> served = co_await listener.accept();
  const std::string heard = co_await read_exactly(**served, 5);
  const auto answered = co_await write_all(**served, heard + "!");
  arena.note("server", told(answered));
  const std::string rest = co_await read_to_end(**served);
  arena.note("server", rest.empty() ? "end" : rest);
}

Task<void> keep_reading(Stream& stream, std::string& heard) {
  heard = co_await read_to_end(stream);
}

std::unique_ptr<Listener> listening(Arena& arena, TlsManner manner = {},
                                    std::vector<std::string> names = {}) {
  TlsServer tls;
  tls.manner = manner;
  tls.names = std::move(names);
  return *arena.network().listen(Endpoint(), tls);
}

// Both sides behind the handshake: the server has read one byte that the client sent.
Task<TlsPair> shaken_pair(Arena& arena) {
  TlsPair pair;
  pair.listener = listening(arena);
  Scope scope(arena.clock());
  std::string first;
  TlsClient tls = trusting(arena);
  struct Accepting {
    static Task<void> one(TlsPair& to, std::string& byte) {
      Result<std::unique_ptr<Stream>> served = co_await to.listener->accept();
      to.server = std::move(*served);
      byte = co_await read_exactly(*to.server, 1);
    }
  };
  scope.spawn(Accepting::one(pair, first));
  const Endpoint to = pair.listener->endpoint();
  Result<std::unique_ptr<Stream>> client = co_await arena.network().connect(to, tls);
  ENSURE(client.has_value(), "a good handshake must succeed");
  pair.client = std::move(*client);
  const auto sent = co_await pair.client->write_all("x");
  static_cast<void>(sent);
  co_await scope.join();
  co_return pair;
}

Task<void> speaks(Arena& arena, TlsManner manner, TlsClient tls) {
  const std::unique_ptr<Listener> listener = listening(arena, manner, {"backend.test"});
  Scope scope(arena.clock());
  scope.spawn(answer_one(arena, *listener));
  const Endpoint to = listener->endpoint();
  {
    Result<std::unique_ptr<Stream>> client = co_await arena.network().connect(to, tls);
    arena.note("client", told(client));
    if (client) {
      const auto sent = co_await (*client)->write_all("hello");
      const std::string heard = co_await read_exactly(**client, 6);
      arena.note("client", told(sent) + " " + heard);
    }
  }
  co_await scope.join();
  arena.note("spoilt", std::to_string(listener->tls()->spoilt()));
}

Task<void> good(Arena& arena) {
  TlsClient tls = trusting(arena);
  co_await speaks(arena, TlsManner(), tls);
}

Task<void> own_name(Arena& arena) {
  TlsClient tls = trusting(arena);
  tls.server_name = "backend.test";
  co_await speaks(arena, TlsManner(), tls);
}

Task<void> unverified(Arena& arena) {
  TlsClient tls;
  tls.verify = false;
  TlsManner manner;
  manner.certificate = Certificate::self_signed;
  co_await speaks(arena, manner, tls);
}

Task<void> refused_by_client(Arena& arena, Certificate kind, TlsClient tls) {
  TlsManner manner;
  manner.certificate = kind;
  const std::unique_ptr<Listener> listener = listening(arena, manner);
  Scope scope(arena.clock());
  scope.spawn(read_one(arena, *listener));
  const Endpoint to = listener->endpoint();
  const auto client = co_await arena.network().connect(to, tls);
  arena.note("client", told(client));
  co_await scope.join();
  arena.note("spoilt", std::to_string(listener->tls()->spoilt()));
}

template <Certificate kind>
Task<void> shows(Arena& arena) {
  TlsClient tls = trusting(arena);
  co_await refused_by_client(arena, kind, tls);
}

Task<void> system_roots(Arena& arena) {
  TlsClient tls;
  co_await refused_by_client(arena, Certificate::good, tls);
}

Task<void> other_name(Arena& arena) {
  TlsClient tls = trusting(arena);
  tls.server_name = "somebody-else.test";
  co_await refused_by_client(arena, Certificate::good, tls);
}

Task<void> handshake_stalls(Arena& arena) {
  TlsManner manner;
  manner.handshake = Handshake::stall;
  const std::unique_ptr<Listener> listener = listening(arena, manner);
  Scope scope(arena.clock());
  scope.spawn(read_one(arena, *listener));
  const Endpoint to = listener->endpoint();
  TlsClient tls = trusting(arena);
  Task<Result<std::unique_ptr<Stream>>> connecting = arena.network().connect(to, tls);
  const Instant soon = arena.clock().now() + 20ms;
  const auto client = co_await with_deadline(arena.clock(), soon, std::move(connecting));
  arena.note("client", client ? told(*client) : "nothing");
  co_await scope.join();
  arena.note("spoilt", std::to_string(listener->tls()->spoilt()));
}

Task<void> handshake_resets(Arena& arena) {
  TlsManner manner;
  manner.handshake = Handshake::reset;
  const std::unique_ptr<Listener> listener = listening(arena, manner);
  Scope scope(arena.clock());
  scope.spawn(read_one(arena, *listener));
  const Endpoint to = listener->endpoint();
  TlsClient tls = trusting(arena);
  const auto client = co_await arena.network().connect(to, tls);
  arena.note("client", told(client));
  co_await scope.join();
}

Task<void> answer_plainly(Arena& arena, Listener& listener) {
  Result<std::unique_ptr<Stream>> served = co_await listener.accept();
  std::string hello;
  const auto read = co_await read_into(**served, hello, 3);
  const bool tls = read && hello.starts_with("\x16\x03");
  arena.note("server", tls ? "a hello" : "something else");
  const auto answered = co_await write_all(**served, "HTTP/1.1 400 Bad Request\r\n\r\n");
  arena.note("server", told(answered));
  const std::string rest = co_await read_to_end(**served);
  static_cast<void>(rest);
}

Task<void> tls_to_plain_port(Arena& arena) {
  Result<std::unique_ptr<Listener>> listener = arena.network().listen(Endpoint());
  Scope scope(arena.clock());
  scope.spawn(answer_plainly(arena, **listener));
  const Endpoint to = (*listener)->endpoint();
  TlsClient tls = trusting(arena);
  const auto client = co_await arena.network().connect(to, tls);
  arena.note("client", told(client));
  co_await scope.join();
}

Task<void> accept_and_close(Listener& listener) {
  Result<std::unique_ptr<Stream>> served = co_await listener.accept();
  std::string hello;
  const auto read = co_await read_into(**served, hello, 65'536);
  static_cast<void>(read);
}

Task<void> peer_leaves_in_handshake(Arena& arena) {
  Result<std::unique_ptr<Listener>> listener = arena.network().listen(Endpoint());
  Scope scope(arena.clock());
  scope.spawn(accept_and_close(**listener));
  const Endpoint to = (*listener)->endpoint();
  TlsClient tls = trusting(arena);
  const auto client = co_await arena.network().connect(to, tls);
  arena.note("client", told(client));
  co_await scope.join();
}

Task<void> plain_to_tls_port(Arena& arena) {
  const std::unique_ptr<Listener> listener = listening(arena);
  Scope scope(arena.clock());
  scope.spawn(read_one(arena, *listener));
  const Endpoint to = listener->endpoint();
  Result<std::unique_ptr<Stream>> client = co_await arena.network().connect(to);
  arena.note("client", told(client));
  const auto sent = co_await (*client)->write_all("GET / HTTP/1.1\r\n\r\n");
  const std::string heard = co_await read_to_end(**client);
  const bool answered = heard.find("HTTP") != std::string::npos;
  arena.note("client", told(sent) + (answered ? heard : " no answer"));
  co_await scope.join();
}

Task<void> client_says_nothing(Arena& arena) {
  const std::unique_ptr<Listener> listener = listening(arena);
  Scope scope(arena.clock());
  scope.spawn(read_one(arena, *listener));
  const Endpoint to = listener->endpoint();
  Result<std::unique_ptr<Stream>> client = co_await arena.network().connect(to);
  (*client)->finish_sending();
  co_await scope.join();
}

Task<void> manner_changes(Arena& arena) {
  const std::unique_ptr<Listener> listener = listening(arena);
  const Endpoint to = listener->endpoint();
  TlsClient tls = trusting(arena);
  TlsManner expired;
  expired.certificate = Certificate::expired;
  const std::vector<TlsManner> manners{TlsManner(), expired, TlsManner()};
  for (const TlsManner& manner : manners) {
    listener->tls()->present(manner);
    Scope scope(arena.clock());
    scope.spawn(read_one(arena, *listener));
    {
      const auto client = co_await arena.network().connect(to, tls);
      arena.note("client", told(client));
    }
    co_await scope.join();
  }
  arena.note("spoilt", std::to_string(listener->tls()->spoilt()));
}

Task<void> established_stays(Arena& arena) {
  TlsPair pair = co_await shaken_pair(arena);
  TlsManner stall;
  stall.handshake = Handshake::stall;
  pair.listener->tls()->present(stall);
  pair.listener.reset();
  const auto sent = co_await pair.server->write_all("still");
  const std::string heard = co_await read_exactly(*pair.client, 5);
  arena.note("client", told(sent) + " " + heard);
}

Task<void> half_close(Arena& arena) {
  TlsPair pair = co_await shaken_pair(arena);
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
  TlsPair pair = co_await shaken_pair(arena);
  const auto sent = co_await pair.server->write_all("last words");
  pair.server.reset();
  const std::string all = co_await read_to_end(*pair.client);
  arena.note("client", told(sent) + " " + all);
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
  TlsPair pair = co_await shaken_pair(arena);
  const auto sent = co_await pair.client->write_all("unwanted");
  std::string first;
  const auto read = co_await read_into(*pair.server, first, 1);
  arena.note("server", told(sent) + " " + told(read));
  pair.server.reset();
  const std::string all = co_await read_to_end(*pair.client);
  arena.note("client", all);
}

Task<void> resets(Arena& arena) {
  TlsPair pair = co_await shaken_pair(arena);
  pair.server->reset();
  const std::string all = co_await read_to_end(*pair.client);
  arena.note("client", all);
  const auto written = co_await pair.client->write_all("x");
  arena.note("client", told(written));
  const std::string own = co_await read_to_end(*pair.server);
  arena.note("server", own);
}

Task<void> send_much(Arena& arena, Stream& stream, std::string bytes, bool& finished) {
  const auto sent = co_await stream.write_all(bytes);
  arena.note("writer", told(sent));
  finished = true;
  stream.finish_sending();
}

Task<void> backpressure(Arena& arena) {
  TlsPair pair = co_await shaken_pair(arena);
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

Task<void> one_byte_reads(Arena& arena) {
  TlsPair pair = co_await shaken_pair(arena);
  const std::string bytes = pattern(3'000);
  bool finished = false;
  Scope scope(arena.clock());
  scope.spawn(send_much(arena, *pair.server, bytes, finished));
  std::string all;
  for (;;) {
    const auto n = co_await read_into(*pair.client, all, 1);
    if (!n || *n == 0) break;
  }
  co_await scope.join();
  arena.note("reader", all == bytes ? "all in order" : "something else");
}

Task<void> server_writes_first(Arena& arena) {
  const std::unique_ptr<Listener> listener = listening(arena);
  const Endpoint to = listener->endpoint();
  Result<std::unique_ptr<Stream>> served = Failure::unavailable;
  struct Serving {
    static Task<void> one(Arena& a, Listener& at, Result<std::unique_ptr<Stream>>& stream) {
      stream = co_await at.accept();
      std::string heard;
      Scope scope(a.clock());
      scope.spawn(keep_reading(**stream, heard));
      const auto written = co_await (*stream)->write_all("first");
      a.note("server", told(written));
      co_await scope.join();
      a.note("server", heard);
    }
  };
  Scope scope(arena.clock());
  scope.spawn(Serving::one(arena, *listener, served));
  TlsClient tls = trusting(arena);
  Result<std::unique_ptr<Stream>> client = co_await arena.network().connect(to, tls);
  const std::string heard = co_await read_exactly(**client, 5);
  arena.note("client", heard);
  const auto sent = co_await (*client)->write_all("second");
  arena.note("client", told(sent));
  (*client)->finish_sending();
  co_await scope.join();
}

Task<void> cancelled_read(Arena& arena) {
  TlsPair pair = co_await shaken_pair(arena);
  std::string got;
  const Instant soon = arena.clock().now() + 5ms;
  Task<Result<std::size_t>> reading = read_into(*pair.client, got, 10);
  const auto first = co_await with_deadline(arena.clock(), soon, std::move(reading));
  arena.note("client", first ? told(*first) : "nothing yet");
  const auto sent = co_await pair.server->write_all("here");
  const std::string heard = co_await read_exactly(*pair.client, 4);
  arena.note("client", told(sent) + " " + heard);
}

Task<void> cancelled_write(Arena& arena) {
  TlsPair pair = co_await shaken_pair(arena);
  const std::string bytes = pattern(8 * 1024 * 1024);
  const Instant soon = arena.clock().now() + 10ms;
  Task<Result<void>> writing = write_all(*pair.server, bytes);
  const auto first = co_await with_deadline(arena.clock(), soon, std::move(writing));
  arena.note("writer", first ? told(*first) : "waits");
  bool finished = false;
  Scope scope(arena.clock());
  scope.spawn(send_much(arena, *pair.server, "|the rest", finished));
  const std::string all = co_await read_to_end(*pair.client);
  co_await scope.join();
  const std::size_t cut = all.find('|');
  const bool right = cut != std::string::npos && cut > 0 && all.substr(cut) == "|the rest" &&
                     bytes.compare(0, cut, all, 0, cut) == 0;
  arena.note("reader", right ? "a prefix, then the rest" : "something else");
}

Task<void> staleness(Arena& arena) {
  TlsPair pair = co_await shaken_pair(arena);
  arena.note("idle", pair.client->stale() ? "stale" : "fresh");
  const auto sent = co_await pair.server->write_all("unasked");
  const std::string one = co_await read_exactly(*pair.client, 1);
  arena.note("unasked bytes", told(sent) + (pair.client->stale() ? " stale" : " fresh"));
  TlsPair ended = co_await shaken_pair(arena);
  ended.server->finish_sending();
  const std::string rest = co_await read_to_end(*ended.client);
  arena.note("ended", rest + (ended.client->stale() ? "stale" : "fresh"));
}

}  // namespace

TEST_CASE("tls: who is trusted, on both twins") {
  const Lines works{"client: connected", "client: ok hello!", "server: ok", "server: end"};
  const auto spoilt = [](Lines lines, const char* n) {
    lines.push_back(std::string("spoilt: ") + n);
    return lines;
  };
  const Lines refused{"client: tls", "server: <tls>"};
  check_all({
      {"a good certificate", good, spoilt(works, "0")},
      {"for a name of its own", own_name, spoilt(works, "0")},
      {"not verified", unverified, spoilt(works, "1")},
      {"expired", shows<Certificate::expired>, spoilt(refused, "1")},
      {"wrong host", shows<Certificate::wrong_host>, spoilt(refused, "1")},
      {"self-signed", shows<Certificate::self_signed>, spoilt(refused, "1")},
      {"unknown authority", shows<Certificate::unknown_ca>, spoilt(refused, "1")},
      {"the system's roots", system_roots, spoilt(refused, "0")},
      {"another name is expected", other_name, spoilt(refused, "0")},
  });
}

TEST_CASE("tls: handshakes that go wrong, on both twins") {
  check_all({
      {"stall", handshake_stalls, {"client: nothing", "server: end", "spoilt: 1"}},
      {"reset", handshake_resets, {"client: reset", "server: <reset>"}},
      {"to a plain port", tls_to_plain_port, {"client: tls", "server: a hello", "server: ok"}},
      {"the peer leaves", peer_leaves_in_handshake, {"client: closed"}},
      {"plain to a port with TLS", plain_to_tls_port,
       {"client: connected", "client: ok no answer", "server: <tls>"}},
      {"a client that says nothing", client_says_nothing, {"server: end"}},
      {"the manner changes", manner_changes,
       {"client: connected", "client: tls", "client: connected", "server: end", "server: <tls>",
        "server: end", "spoilt: 1"}},
      {"what is established stays", established_stays, {"client: ok still"}},
  });
}

TEST_CASE("tls: a stream as any other, on both twins") {
  check_all({
      {"half-close", half_close, {"client: reset", "client: ok answer", "server: ok question"}},
      {"the peer closes", peer_closes, {"client: ok last words", "client: reset", "client: end"}},
      {"close with unread data", close_with_unread, {"client: <reset>", "server: ok 1 bytes"}},
      {"reset", resets, {"client: <reset>", "client: reset", "server: <reset>"}},
      {"backpressure", backpressure,
       {"reader: the writer waits", "reader: all in order", "writer: ok"}},
      {"reads of one byte", one_byte_reads, {"reader: all in order", "writer: ok"}},
      {"the server writes first", server_writes_first,
       {"client: first", "client: ok", "server: ok", "server: second"}},
      {"a cancelled read", cancelled_read, {"client: nothing yet", "client: ok here"}},
      {"a cancelled write", cancelled_write,
       {"reader: a prefix, then the rest", "writer: waits", "writer: ok"}},
      {"staleness", staleness, {"ended: stale", "idle: fresh", "unasked bytes: ok stale"}},
  });
}

}  // namespace conformance
