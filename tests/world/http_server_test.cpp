// How long a server waits for a client that sends or takes nothing: bytes in virtual time, and when
// and how the connection ended.
#include "world/http_server.hpp"

#include <catch2/catch.hpp>

#include "tests/support/worlds.hpp"

using namespace world;
using namespace std::chrono_literals;

namespace {

constexpr Nanos kLong = 1h;

HttpServerPatience impatient() {
  HttpServerPatience patience;
  patience.head = 10s;
  patience.body = 60s;
  patience.idle = 75s;
  patience.write = 60s;
  return patience;
}

Task<void> stream_slowly(HttpServerConnection& connection) {
  Result<void> sent = co_await connection.begin_stream(HttpResponse());
  for (int i = 0; sent && i < 3; ++i) {
    co_await connection.clock().sleep(100s);
    sent = co_await connection.send_chunk("piece");
  }
  if (sent) sent = co_await connection.end_stream();
}

Task<void> handle(HttpServerConnection& connection, HttpRequest request) {
  if (request.path() == "/stream") {
    co_await stream_slowly(connection);
    co_return;
  }
  if (request.path() == "/slow") co_await connection.clock().sleep(200s);
  HttpResponse response;
  response.body = std::move(request.body);
  const Result<void> sent = co_await connection.respond(std::move(response));
  static_cast<void>(sent);
}

struct Piece {
  Nanos at;  // after the connection was made
  std::string bytes;
};

Task<void> send_pieces(Clock& clock, Stream& stream, std::vector<Piece> pieces) {
  const Instant from = clock.now();
  for (const Piece& piece : pieces) {
    co_await clock.sleep_until(from + piece.at);
    const Result<void> sent = co_await stream.write_all(piece.bytes);
    if (!sent) co_return;
  }
}

// What came: the statuses, how it ended, and after how many seconds.
Task<void> talk(Clock& clock, Network& network, Endpoint to, std::vector<Piece> pieces,
                std::string& told) {
  Result<std::unique_ptr<Stream>> connected = co_await network.connect(to);
  Stream& stream = **connected;
  const Instant from = clock.now();
  Scope sender(clock);
  sender.spawn(send_pieces(clock, stream, std::move(pieces)));
  support::Talk heard;
  Task<std::size_t> reading = support::read_into(stream, heard, clock, std::string());
  auto waiting = with_deadline(clock, from + kLong, std::move(reading));
  const std::optional<std::size_t> read = co_await waiting;
  if (!read) heard.end = "silence";
  sender.cancel();
  co_await sender.join_anyway();
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  for (auto i = heard.bytes.find(kVersion); i != std::string::npos;
       i = heard.bytes.find(kVersion, i + 1)) {
    told += heard.bytes.substr(i + kVersion.size(), 3) + " ";
  }
  const Nanos took = clock.now() - from;
  told += heard.end + " " + std::to_string((took.count() + 500'000'000) / 1'000'000'000);
}

std::string outcome(std::vector<Piece> pieces, HttpServerPatience patience) {
  support::InSim world;
  const auto listener = *world.network.listen({"127.0.0.1", 0});
  const HttpHandler handler = handle;
  HttpServerOptions options;
  options.patience = patience;
  std::string told;
  world.clock.run(support::serve_during(
      world.clock, serve_http(world.clock, *listener, handler, options),
      talk(world.clock, world.network, listener->endpoint(), std::move(pieces), told)));
  return told;
}

struct Row {
  const char* what;
  std::vector<Piece> pieces;
  const char* expected;
};

}  // namespace

TEST_CASE("http server: a client is waited for, but not for ever", "[http]") {
  const std::string get = "GET / HTTP/1.1\r\n\r\n";
  const std::string post = "POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\n";
  const std::string chunks = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
  const std::vector<Row> rows = {
      {"nothing", {}, "fin 75"},
      {"half a head", {{0s, "GET / HT"}}, "408 fin 10"},
      {"a head in drops",
       {{1s, "G"}, {4s, "E"}, {8s, "T"}, {10s, " "}, {12s, "/"}},
       "408 fin 11"},
      {"a head in time", {{0s, "GET / HTTP/1.1\r\n"}, {9s, "\r\n"}}, "200 fin 84"},
      {"half a body", {{0s, post + "ab"}}, "408 fin 60"},
      {"a body in drops", {{0s, post + "a"}, {30s, "b"}, {59s, "c"}}, "408 fin 60"},
      {"chunks in drops", {{0s, chunks + "1\r\na"}, {59s, "\r\n1\r\nb"}}, "408 fin 60"},
      {"a body behind a late head",
       {{0s, post.substr(0, 20)}, {9s, post.substr(20)}, {68s, "abcd"}},
       "200 fin 143"},
      {"a second request", {{0s, get}, {70s, get}}, "200 200 fin 145"},
      {"a slow handler", {{0s, "GET /slow HTTP/1.1\r\n\r\n"}}, "200 fin 275"},
      {"a long stream", {{0s, "GET /stream HTTP/1.1\r\n\r\n"}}, "200 fin 375"},
      {"half a request meanwhile",
       {{0s, "GET /slow HTTP/1.1\r\n\r\n"}, {10s, "GET / HT"}},
       "200 408 fin 210"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(outcome(row.pieces, impatient()) == row.expected);
  }
}

TEST_CASE("http server: unless it is told so, it waits for ever", "[http]") {
  CHECK(outcome({}, {}) == "silence 3600");
  CHECK(outcome({{0s, "GET / HT"}}, {}) == "silence 3600");
  CHECK(outcome({{0s, "POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\nab"}}, {}) == "silence 3600");
  CHECK(outcome({{0s, "GET / HTTP/1.1\r\n\r\n"}}, {}) == "200 silence 3600");
}

namespace {

// The server's side of one large answer, and when it was over.
Task<void> answer_much(HttpServerConnection& connection, std::string& told) {
  const Instant from = connection.clock().now();
  connection.close_after();
  HttpResponse response;
  response.body.assign(1 << 20, 'x');
  const Result<void> sent = co_await connection.respond(std::move(response));
  const Nanos took = connection.clock().now() - from;
  told = sent ? "ok" : std::string(name_of(sent.error()));
  told += " " + std::to_string((took.count() + 500'000'000) / 1'000'000'000);
}

// Asks, and then takes so many bytes every so often.
Task<void> take_slowly(Clock& clock, Network& network, Endpoint to, Nanos every,
                       std::size_t bytes) {
  Result<std::unique_ptr<Stream>> connected = co_await network.connect(to);
  const std::string request = "GET / HTTP/1.1\r\n\r\n";
  Result<void> sent = co_await (*connected)->write_all(request);
  const auto room = std::make_unique<char[]>(bytes);
  while (sent && clock.now() < at(kLong)) {
    co_await clock.sleep(every);
    const Result<std::size_t> n = co_await (*connected)->read_some(room.get(), bytes);
    if (!n || *n == 0) co_return;
  }
}

}  // namespace

TEST_CASE("http server: a client that takes nothing is not written to for ever", "[http]") {
  struct Slow {
    Nanos every;
    std::size_t bytes;
    Nanos patience;
    const char* expected;
  };
  const std::vector<Slow> rows = {
      {kLong, 1, 60s, "timed_out 60"},
      {200s, 65'536, 60s, "timed_out 60"},
      {40s, 65'536, 60s, "ok"},
      {50s, 1, 60s, "still writing"},  // one byte is something, too
      {200s, 65'536, 0s, "ok"},
  };
  for (const Slow& row : rows) {
    INFO(row.every.count() << " " << row.bytes << " " << row.patience.count());
    support::InSim world;
    const auto listener = *world.network.listen({"127.0.0.1", 0});
    std::string told = "still writing";
    const HttpHandler handler = [&told](HttpServerConnection& connection, HttpRequest) {
      return answer_much(connection, told);
    };
    HttpServerOptions options;
    options.patience.write = row.patience;
    world.clock.run(support::serve_during(
        world.clock, serve_http(world.clock, *listener, handler, options),
        take_slowly(world.clock, world.network, listener->endpoint(), row.every, row.bytes)));
    CHECK(told.starts_with(row.expected));
  }
}
