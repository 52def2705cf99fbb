#include "world/http_client.hpp"

#include "world/deadline.hpp"

namespace world {

namespace {
constexpr std::size_t kReadRoom = 16'384;
constexpr Nanos kTrustedIdle = std::chrono::microseconds(100);  // idle for less: not looked at
}

struct HttpExchange::Connection {
  Connection(Endpoint e, std::unique_ptr<Stream> s, HttpLimits limits)
      : endpoint(std::move(e)),
        stream(std::move(s)),
        parser(HttpParser::Role::response, limits) {}
  Endpoint endpoint;
  std::unique_ptr<Stream> stream;
  HttpParser parser;
  std::string out;
  Instant idle_since = kNever;
  bool write_failed = false;  // the server answered and stopped reading: of no more use
};

HttpExchange::HttpExchange(HttpClient& client, std::unique_ptr<Connection> connection)
    : client_(&client), connection_(std::move(connection)) {}
HttpExchange::HttpExchange(HttpExchange&&) noexcept = default;
HttpExchange& HttpExchange::operator=(HttpExchange&& other) noexcept {
  if (this != &other) {
    give_back();
    client_ = other.client_;
    connection_ = std::move(other.connection_);
    status_ = other.status_;
    headers_ = std::move(other.headers_);
    taken_ = std::move(other.taken_);
    sent_ = other.sent_;
    connected_ = other.connected_;
  }
  return *this;
}
HttpExchange::~HttpExchange() { give_back(); }

void HttpExchange::give_back() {
  if (!connection_) return;
  const HttpParser& parser = connection_->parser;
  if (parser.message_done() && parser.keep_alive() && !connection_->write_failed) {
    client_->keep(std::move(connection_));
  } else {
    connection_.reset();
  }
}

Task<Result<std::string_view>> HttpExchange::read_some() {
  using Read = Result<std::string_view>;
  HttpParser& parser = connection_->parser;
  for (;;) {
    if (!parser.body().empty()) {
      taken_.clear();
      taken_.swap(parser.body());
      co_return Read(std::string_view(taken_));
    }
    if (parser.message_done()) co_return Read(std::string_view{});
    const auto room = parser.prepare(kReadRoom);
    const Result<std::size_t> n = co_await connection_->stream->read_some(room.first, room.second);
    if (!n) co_return Read(n.error());
    const Result<void> parsed = *n == 0 ? parser.commit_end() : parser.commit(*n);
    if (!parsed) co_return Read(parsed.error());
  }
}

Task<Result<std::string>> HttpExchange::read_all() {
  std::string body = std::move(connection_->parser.body());
  connection_->parser.body().clear();
  while (!connection_->parser.message_done()) {
    const Result<std::string_view> more = co_await read_some();
    if (!more) co_return Result<std::string>(more.error());
    body += *more;
  }
  co_return Result<std::string>(std::move(body));
}

HttpClient::HttpClient(Clock& clock, Network& network, Options options)
    : clock_(clock), network_(network), options_(options) {}
HttpClient::~HttpClient() = default;

void HttpClient::close_idle() { idle_.clear(); }

std::unique_ptr<HttpExchange::Connection> HttpClient::take_idle(const Endpoint& to) {
  const auto found = idle_.find(to);
  if (found == idle_.end() || found->second.empty()) return nullptr;
  auto& kept = found->second;
  const Instant now = clock_.now();
  while (!kept.empty()) {
    std::unique_ptr<HttpExchange::Connection> connection = std::move(kept.back());
    kept.pop_back();
    if (connection->idle_since + options_.idle_for < now) {
      kept.clear();  // the rest is older still
      break;
    }
    const bool trusted = connection->idle_since + kTrustedIdle >= now;
    if (trusted || !connection->stream->stale()) return connection;
  }
  return nullptr;
}

void HttpClient::keep(std::unique_ptr<HttpExchange::Connection> connection) {
  auto& kept = idle_[connection->endpoint];
  if (kept.size() >= options_.idle_max) return;
  if (!connection->parser.next_message() || connection->parser.started()) return;
  connection->idle_since = clock_.now();
  kept.push_back(std::move(connection));
}

std::string HttpClient::render(const Endpoint& to, const HttpRequest& request) {
  std::string out;
  out.reserve(256 + request.body.size());
  std::string framing;
  if (!request.body.empty() || request.method == "POST") {
    framing = "content-length: " + std::to_string(request.body.size()) + "\r\n";
  }
  write_request_head(out, request, to_string(to), framing);
  out += request.body;
  return out;
}

Task<Result<HttpExchange>> HttpClient::send(Endpoint to, HttpRequest request) {
  return exchange(to, render(to, request), request.method == "HEAD");
}

Task<Result<HttpExchange>> HttpClient::send_rendered(Endpoint to, std::string bytes) {
  return exchange(std::move(to), std::move(bytes), false);
}

Task<Result<std::unique_ptr<Stream>>> HttpClient::connect(Endpoint to) {
  if (!options_.tls) return network_.connect(std::move(to));
  return network_.connect(std::move(to), *options_.tls);
}

Task<Result<std::unique_ptr<Stream>>> HttpClient::connect_in_time(Endpoint to) {
  if (options_.connect_for == Nanos{0}) return connect(std::move(to));
  struct Bounded {
    static Task<Result<std::unique_ptr<Stream>>> wait(
        Clock& clock, Nanos time, Task<Result<std::unique_ptr<Stream>>> connecting) {
      auto waiting = with_deadline(clock, clock.now() + time, std::move(connecting));
      std::optional<Result<std::unique_ptr<Stream>>> stream = co_await waiting;
      if (!stream) co_return Result<std::unique_ptr<Stream>>(Failure::timed_out);
      co_return std::move(*stream);
    }
  };
  return Bounded::wait(clock_, options_.connect_for, connect(std::move(to)));
}

Task<Result<HttpExchange>> HttpClient::exchange(Endpoint to, std::string bytes,
                                                bool expects_no_body) {
  using Exchanged = Result<HttpExchange>;
  std::unique_ptr<HttpExchange::Connection> connection = take_idle(to);
  Instant connected = kNever;
  if (!connection) {
    Result<std::unique_ptr<Stream>> stream = co_await connect_in_time(to);
    if (!stream) co_return Exchanged(stream.error());
    connected = clock_.now();
    connection = std::make_unique<HttpExchange::Connection>(to, std::move(*stream),
                                                            options_.limits);
  }
  HttpExchange exchange(*this, std::move(connection));
  HttpExchange::Connection& c = *exchange.connection_;
  if (expects_no_body) c.parser.expect_no_body();
  exchange.connected_ = connected;
  exchange.sent_ = clock_.now();
  c.out = std::move(bytes);
  const Result<void> written = co_await c.stream->write_all(c.out);
  c.write_failed = !written;
  // A server may answer and close before it has read everything: look for that answer all the same.
  while (!c.parser.head_done()) {
    const auto room = c.parser.prepare(kReadRoom);
    const Result<std::size_t> n = co_await c.stream->read_some(room.first, room.second);
    if (!n) co_return Exchanged(n.error());
    if (*n == 0) co_return Exchanged(written ? Failure::closed : written.error());
    const Result<void> parsed = c.parser.commit(*n);
    if (!parsed) co_return Exchanged(parsed.error());
  }
  exchange.status_ = c.parser.response().status;
  exchange.headers_ = std::move(c.parser.response().headers);
  co_return Exchanged(std::move(exchange));
}

}  // namespace world
