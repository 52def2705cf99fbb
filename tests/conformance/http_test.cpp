// HTTP/1.1 and SSE between our client, our server and raw bytes, on both networks.
#include <catch2/catch.hpp>

#include "arena.hpp"
#include "world/http_client.hpp"
#include "world/http_server.hpp"
#include "world/sse.hpp"

namespace conformance {

namespace {

HttpRequest get(std::string target) {
  HttpRequest request;
  request.target = std::move(target);
  return request;
}

Task<void> stream_events(HttpServerConnection& connection) {
  HttpResponse head;
  head.headers.add("content-type", "text/event-stream");
  const auto begun = co_await connection.begin_stream(std::move(head));
  for (int i = 0; begun && i < 3; ++i) {
    std::string frame;
    write_sse(frame, i == 2 ? "done" : "", "line " + std::to_string(i) + "\nand more");
    const auto sent = co_await connection.send_chunk(std::move(frame));
    const auto nothing = co_await connection.send_chunk(std::string());
    if (!sent || !nothing) co_return;
    co_await connection.clock().sleep(1ms);
  }
  const auto ended = co_await connection.end_stream();
  static_cast<void>(ended);
}

// The server of these tests: the target says what it does.
Task<void> handle(HttpServerConnection& connection, HttpRequest request) {
  HttpResponse response;
  response.headers.add("x-ordinal", std::to_string(connection.ordinal()));
  const std::string_view path = request.path();
  if (path == "/stream") {
    co_await stream_events(connection);
    co_return;
  }
  if (path == "/cut") {
    const auto sent = co_await connection.send_raw(
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this");
    static_cast<void>(sent);
    co_return;
  }
  if (path == "/reset") {
    const auto sent = co_await connection.send_raw(
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this");
    static_cast<void>(sent);
    connection.reset();
    co_return;
  }
  if (path == "/until-close") {
    const auto sent = co_await connection.send_raw("HTTP/1.1 200 OK\r\n\r\nframed by the end");
    static_cast<void>(sent);
    co_return;
  }
  if (path == "/interim") {
    const auto sent = co_await connection.stream().write_all(
        "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
    static_cast<void>(sent);
  }
  if (path == "/silent") {
    co_await connection.wait_for_close();
    co_return;
  }
  if (path == "/last") connection.close_after();
  if (path == "/big") request.body.assign(16 << 20, 'x');
  response.body = request.method + " " + request.target + " " + request.body;
  const auto sent = co_await connection.respond(std::move(response));
  static_cast<void>(sent);
}

struct Server {
  Server(Arena& arena, HttpServerOptions options = {})
      : Server(arena, *arena.network().listen(Endpoint()), options) {}
  Server(Arena& arena, std::unique_ptr<Listener> on, HttpServerOptions options = {})
      : scope(arena.clock()), listener(std::move(on)), handler(handle) {
    scope.spawn(serve_http(arena.clock(), *listener, handler, options));
  }
  Scope scope;
  std::unique_ptr<Listener> listener;
  HttpHandler handler;

  Endpoint endpoint() const { return listener->endpoint(); }
  Scope::Join stop() {
    scope.cancel();
    return scope.join_anyway();
  }
};

// One exchange as one line.
Task<std::string> ask(HttpClient& client, Endpoint to, HttpRequest request) {
  Result<HttpExchange> sent = co_await client.send(to, std::move(request));
  if (!sent) co_return std::string(name_of(sent.error()));
  HttpExchange exchange = std::move(*sent);
  std::string line = std::to_string(exchange.status());
  if (exchange.headers().contains("x-ordinal")) {
    line += " #" + std::string(exchange.headers().get("x-ordinal"));
  }
  const Result<std::string> body = co_await exchange.read_all();
  line += " " + (body ? *body : "<" + std::string(name_of(body.error())) + ">");
  co_return line;
}

// One connection serves several requests, a stream, and both ways to break a body off.
Task<void> https(Arena& arena) {
  Server server(arena, *arena.network().listen(Endpoint(), TlsServer()));
  HttpClientOptions options;
  options.tls.emplace();
  options.tls->ca_pem = arena.network().tls_ca_pem();
  HttpClient client(arena.clock(), arena.network(), options);
  for (const char* target : {"/a", "/last", "/anew", "/cut", "/reset", "/until-close"}) {
    const std::string line = co_await ask(client, server.endpoint(), get(target));
    arena.note("client", line);
  }
  HttpClient plain(arena.clock(), arena.network());
  const std::string line = co_await ask(plain, server.endpoint(), get("/plainly"));
  arena.note("plain", line.starts_with("200") ? line : "no answer");
  co_await server.stop();
}

Task<void> keep_alive(Arena& arena) {
  Server server(arena);
  HttpClient client(arena.clock(), arena.network());
  for (const char* target : {"/a", "/b?c=d", "/last", "/anew"}) {
    const std::string line = co_await ask(client, server.endpoint(), get(target));
    arena.note("client", line);
  }
  HttpRequest post = get("/post");
  post.method = "POST";
  post.body = "a body";
  const std::string posted = co_await ask(client, server.endpoint(), std::move(post));
  arena.note("client", posted);
  client.close_idle();
  const std::string anew = co_await ask(client, server.endpoint(), get("/x"));
  arena.note("client", anew);
  client.close_idle();
  co_await server.stop();
}

Task<void> head_requests(Arena& arena) {
  Server server(arena);
  HttpClient client(arena.clock(), arena.network());
  for (const char* target : {"/a", "/stream", "/b"}) {
    HttpRequest request = get(target);
    request.method = "HEAD";
    const std::string line = co_await ask(client, server.endpoint(), std::move(request));
    arena.note("client", line);
  }
  const std::string after = co_await ask(client, server.endpoint(), get("/after"));
  arena.note("client", after);
  client.close_idle();
  co_await server.stop();
}

Task<void> streaming(Arena& arena) {
  Server server(arena);
  HttpClient client(arena.clock(), arena.network());
  SseReader reader;
  std::vector<SseEvent> events;
  {
    Result<HttpExchange> sent = co_await client.send(server.endpoint(), get("/stream"));
    HttpExchange exchange = std::move(*sent);
    for (;;) {
      const Result<std::string_view> more = co_await exchange.read_some();
      if (!more || more->empty()) break;
      const Result<void> fed = reader.feed(*more, events);
      if (!fed) break;
    }
  }
  for (const SseEvent& event : events) arena.note("client", event.type + "|" + event.data);
  arena.note("client", reader.between_events() ? "ended between events" : "cut");
  const std::string next = co_await ask(client, server.endpoint(), get("/next"));
  arena.note("client", "then " + next);
  client.close_idle();
  co_await server.stop();
}

Task<void> ends_of_bodies(Arena& arena) {
  Server server(arena);
  HttpClient client(arena.clock(), arena.network());
  for (const char* target : {"/until-close", "/cut", "/reset", "/interim", "/after"}) {
    const std::string line = co_await ask(client, server.endpoint(), get(target));
    arena.note("client", line);
  }
  client.close_idle();
  co_await server.stop();
}

Task<void> abandoned(Arena& arena) {
  Server server(arena);
  HttpClient client(arena.clock(), arena.network());
  const Instant soon = arena.clock().now() + 3ms;
  const auto none = co_await with_deadline(arena.clock(), soon,
                                           ask(client, server.endpoint(), get("/silent")));
  arena.note("client", none ? *none : "gave up");
  const std::string next = co_await ask(client, server.endpoint(), get("/next"));
  arena.note("client", next);
  client.close_idle();
  co_await server.stop();
}

// The server stops; its side of the kept connection closes; the client must not use it again.
Task<void> stale_connection(Arena& arena) {
  HttpClient client(arena.clock(), arena.network());
  Server server(arena);
  const std::string first = co_await ask(client, server.endpoint(), get("/a"));
  arena.note("client", first);
  server.scope.cancel();
  co_await server.scope.join_anyway();
  co_await arena.clock().sleep(60ms);  // younger connections are trusted without a look
  Scope again(arena.clock());
  again.spawn(serve_http(arena.clock(), *server.listener, server.handler, HttpServerOptions()));
  const std::string second = co_await ask(client, server.endpoint(), get("/b"));
  arena.note("client", second);
  client.close_idle();
  again.cancel();
  co_await again.join_anyway();
}

// Sends raw bytes, half-closes, and notes everything that comes back up to its first line's end.
Task<std::string> raw(Arena& arena, Endpoint to, std::string bytes) {
  Result<std::unique_ptr<Stream>> connected = co_await arena.network().connect(to);
  const auto sent = co_await write_all(**connected, std::move(bytes));
  static_cast<void>(sent);
  const std::string all = co_await read_to_end(**connected);
  co_return all;
}

std::string status_lines(const std::string& all) {
  std::string lines;
  for (std::size_t at = all.find("HTTP/1.1 "); at != std::string::npos;
       at = all.find("HTTP/1.1 ", at + 1)) {
    lines += (lines.empty() ? "" : ", ") + all.substr(at + 9, all.find('\r', at) - at - 9);
  }
  return lines;
}

Task<void> bad_requests(Arena& arena) {
  HttpServerOptions options;
  options.limits.header_bytes_max = 1'000;
  options.limits.body_bytes_max = 1'000;
  options.limits.headers_max = 5;
  Server server(arena, options);
  const Endpoint to = server.endpoint();
  const std::string line = "GET / HTTP/1.1\r\n";
  std::string many = line;
  for (int i = 0; i < 6; ++i) many += "x" + std::to_string(i) + ": y\r\n";
  const std::vector<std::pair<const char*, std::string>> rows = {
      {"garbage", "\x16\x03\x01 not http at all\r\n\r\n"},
      {"no version", "GET /\r\n\r\n"},
      {"bad field", line + "no colon\r\n\r\n"},
      {"bad length", line + "content-length: x\r\n\r\n"},
      {"bad chunk", line + "transfer-encoding: chunked\r\n\r\nZZ\r\n"},
      {"long header", line + "x: " + std::string(2'000, 'y') + "\r\n\r\n"},
      {"many headers", many + "\r\n"},
      {"long body", line + "content-length: 1001\r\n\r\n" + std::string(1'001, 'z')},
      {"long chunks", line + "transfer-encoding: chunked\r\n\r\n7d0\r\n" +
                          std::string(2'000, 'z') + "\r\n0\r\n\r\n"},
      {"long extension", line + "transfer-encoding: chunked\r\n\r\n1;" +
                             std::string(40'000, 'z')},
      {"long trailers", line + "transfer-encoding: chunked\r\n\r\n0\r\nx: " +
                            std::string(40'000, 'z')},
      {"unknown coding", line + "transfer-encoding: xchunked\r\n\r\n" + line + "\r\n"},
      {"two codings", line + "transfer-encoding: chunked, identity\r\n\r\n" + line + "\r\n"},
      {"both framings", line + "content-length: 18\r\ntransfer-encoding: chunked\r\n\r\n" +
                            line + "\r\n"},
  };
  for (const auto& row : rows) {
    const std::string all = co_await raw(arena, to, row.second);
    arena.note(row.first, status_lines(all));
  }
  co_await server.stop();
}

// Who sends half of something, or nothing, or does not read, is not waited for.
Task<void> patience(Arena& arena) {
  HttpServerOptions options;
  options.patience = {30ms, 30ms, 30ms, 30ms};
  Server server(arena, options);
  const Endpoint to = server.endpoint();
  const std::vector<std::pair<const char*, std::string>> rows = {
      {"half a body", "POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nhalf"},
      {"half a head", "GET / HT"},
      {"nothing", ""},
      {"then nothing", "GET /a HTTP/1.1\r\n\r\n"},
  };
  for (const auto& row : rows) {
    const std::string all = co_await raw(arena, to, row.second);
    arena.note(row.first, status_lines(all));
  }
  Result<std::unique_ptr<Stream>> connected = co_await arena.network().connect(to);
  const auto sent = co_await write_all(**connected, "GET /big HTTP/1.1\r\n\r\n");
  co_await arena.clock().sleep(500ms);
  const std::string all = co_await read_to_end(**connected);
  arena.note("unread", told(sent) + (all.ends_with("<reset>") ? " reset" : " it all came"));
  co_await server.stop();
}

Task<void> pipelined(Arena& arena) {
  Server server(arena);
  const std::string all = co_await raw(
      arena, server.endpoint(),
      "GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcGET /stream "
      "HTTP/1.1\r\n\r\nGET /last HTTP/1.1\r\n\r\nGET /never HTTP/1.1\r\n\r\n");
  arena.note("client", status_lines(all));
  arena.note("client", all.find("POST /2 abc") != std::string::npos ? "body kept" : "body lost");
  arena.note("client", all.find("/never") == std::string::npos ? "then closed" : "goes on");
  co_await server.stop();
}

Task<void> continue_100(Arena& arena) {
  Server server(arena);
  Result<std::unique_ptr<Stream>> connected = co_await arena.network().connect(server.endpoint());
  Stream& stream = **connected;
  const auto asked = co_await stream.write_all(
      "POST /last HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n");
  const std::string go_on = co_await read_exactly(stream, 25);
  arena.note("client", told(asked) + " " + status_lines(go_on));
  const auto body = co_await stream.write_all("body");
  const std::string all = co_await read_to_end(stream);
  arena.note("client", told(body) + " " + status_lines(all) + all.substr(all.rfind('\n')));
  co_await server.stop();
}

Task<void> answer_with(Listener& listener, std::string bytes) {
  Result<std::unique_ptr<Stream>> accepted = co_await listener.accept();
  char request[4'096];
  const auto read = co_await (*accepted)->read_some(request, sizeof(request));
  static_cast<void>(read);
  const auto sent = co_await write_all(**accepted, std::move(bytes));
  static_cast<void>(sent);
}

Task<void> bad_responses(Arena& arena) {
  HttpClientOptions options;
  options.limits.header_bytes_max = 1'000;
  options.limits.body_bytes_max = 1'000;
  HttpClient client(arena.clock(), arena.network(), options);
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  std::string interims;
  for (int i = 0; i < 20; ++i) interims += "HTTP/1.1 102 Processing\r\n\r\n";
  const std::vector<std::pair<const char*, std::string>> rows = {
      {"1 nothing", ""},
      {"2 garbage", "<html>no</html>\r\n\r\n"},
      {"3 half a head", ok + "x: y\r\n"},
      {"4 long head", ok + "x: " + std::string(2'000, 'y') + "\r\n\r\n"},
      {"5 long body", ok + "content-length: 2000\r\n\r\n" + std::string(2'000, 'z')},
      {"6 missing last chunk", ok + "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"},
      {"7 bad chunk", ok + "transfer-encoding: chunked\r\n\r\n3\r\nabcdef\r\n"},
      {"8 interims for ever", interims},
      {"9 more than asked", ok + "content-length: 2\r\n\r\nok" + ok + "\r\n"},
      {"a long extension", ok + "transfer-encoding: chunked\r\n\r\n1;" +
                               std::string(100'000, 'z')},
      {"long trailers", ok + "transfer-encoding: chunked\r\n\r\n0\r\nx: " +
                            std::string(100'000, 'z')},
  };
  for (const auto& row : rows) {
    Scope scope(arena.clock());
    Result<std::unique_ptr<Listener>> listener = arena.network().listen(Endpoint());
    scope.spawn(answer_with(**listener, row.second));
    const std::string line = co_await ask(client, (*listener)->endpoint(), get("/"));
    arena.note(row.first, line);
    co_await scope.join();
  }
  client.close_idle();
}

// A server that answers 413 before it has read the request, and goes: the answer must not be lost.
Task<void> early_answer(Arena& arena) {
  HttpServerOptions options;
  options.limits.body_bytes_max = 1'000;
  Server server(arena, options);
  HttpClient client(arena.clock(), arena.network());
  HttpRequest post = get("/big");
  post.method = "POST";
  post.body = std::string(8 * 1024 * 1024, 'x');
  Result<HttpExchange> sent = co_await client.send(server.endpoint(), std::move(post));
  arena.note("client", sent ? std::to_string(sent->status()) : std::string(name_of(sent.error())));
  co_await server.stop();
}

}  // namespace

TEST_CASE("http: both twins behave alike") {
  check_all({
      {"https", https,
       {"client: 200 #0 GET /a ", "client: 200 #1 GET /last ", "client: 200 #0 GET /anew ",
        "client: 200 <closed>", "client: 200 <reset>", "client: 200 framed by the end",
        "plain: no answer"}},
      {"keep-alive and the pool", keep_alive,
       {"client: 200 #0 GET /a ", "client: 200 #1 GET /b?c=d ", "client: 200 #2 GET /last ",
        "client: 200 #0 GET /anew ", "client: 200 #1 POST /post a body",
        "client: 200 #0 GET /x "}},
      {"HEAD", head_requests,
       {"client: 200 #0 ", "client: 200 ", "client: 200 #2 ", "client: 200 #3 GET /after "}},
      {"a stream of events", streaming,
       {"client: |line 0\nand more", "client: |line 1\nand more", "client: done|line 2\nand more",
        "client: ended between events", "client: then 200 #1 GET /next "}},
      {"ends of bodies", ends_of_bodies,
       {"client: 200 framed by the end", "client: 200 <closed>", "client: 200 <reset>",
        "client: 200 #0 GET /interim ", "client: 200 #1 GET /after "}},
      {"an abandoned request", abandoned, {"client: gave up", "client: 200 #0 GET /next "}},
      {"a stale connection", stale_connection,
       {"client: 200 #0 GET /a ", "client: 200 #0 GET /b "}},
      {"bad requests", bad_requests,
       {"bad chunk: 400 Bad Request", "bad field: 400 Bad Request", "bad length: 400 Bad Request",
        "both framings: 400 Bad Request", "garbage: 400 Bad Request",
        "long body: 413 Content Too Large", "long chunks: 413 Content Too Large",
        "long extension: 413 Content Too Large", "long header: 413 Content Too Large",
        "long trailers: 413 Content Too Large", "many headers: 413 Content Too Large",
        "no version: 400 Bad Request", "two codings: 400 Bad Request",
        "unknown coding: 400 Bad Request"}},
      {"patience", patience,
       {"half a body: 408 Request Timeout", "half a head: 408 Request Timeout", "nothing: ",
        "then nothing: 200 OK", "unread: ok reset"}},
      {"pipelined requests", pipelined,
       {"client: 200 OK, 200 OK, 200 OK, 200 OK", "client: body kept", "client: then closed"}},
      {"100-continue", continue_100,
       {"client: ok 100 Continue", "client: ok 200 OK\nPOST /last body"}},
      {"bad responses", bad_responses,
       {"1 nothing: closed", "2 garbage: malformed", "3 half a head: closed",
        "4 long head: too_large", "5 long body: too_large", "6 missing last chunk: 200 <closed>",
        "7 bad chunk: malformed", "8 interims for ever: malformed", "9 more than asked: 200 ok",
        "a long extension: 200 <too_large>", "long trailers: 200 <too_large>"}},
      {"an early answer", early_answer, {"client: 413"}},
  });
}

}  // namespace conformance
