#include "world/http_server.hpp"

#include "world/deadline.hpp"

namespace world {

namespace {
constexpr std::size_t kReadRoom = 2'048;  // a connection keeps it: most requests are small
constexpr std::size_t kFurtherReadRoom = 16'384;  // within a request
constexpr std::size_t kEarlyRoom = 512;  // a peer that waits for its answer sends little
constexpr std::size_t kEarlyBytesMax = 65'536;
constexpr std::size_t kDrainRoom = 16'384;
constexpr std::uint64_t kDrainBytesMax = 64ULL << 20;  // of a request that is too large
constexpr Nanos kDrainTime = std::chrono::seconds(2);
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kChunked = "transfer-encoding: chunked\r\n";
constexpr std::string_view kChunkedClose = "transfer-encoding: chunked\r\nconnection: close\r\n";

std::string length_framing(std::size_t body_bytes, bool keep_alive) {
  std::string framing = "content-length: " + std::to_string(body_bytes) + "\r\n";
  if (!keep_alive) framing += "connection: close\r\n";
  return framing;
}

// The part of a request that is waited for.
enum class Part { unknown, none, head, body };

Nanos time_of(Part part, const HttpServerPatience& patience) {
  if (part == Part::none) return patience.idle;
  return part == Part::head ? patience.head : patience.body;
}

Task<Result<void>> finish(WriteAll& writing) { co_return co_await writing; }
}  // namespace

Result<void> HttpServerConnection::begin_message() {
  if (std::exchange(begun_, true)) return {};
  return parser_.next_message();
}

Task<Result<void>> HttpServerConnection::read_more() {
  const auto room = parser_.prepare(parser_.started() ? kFurtherReadRoom : kReadRoom);
  const Result<std::size_t> n = co_await stream_->read_some(room.first, room.second);
  if (!n) co_return Result<void>(n.error());
  if (*n == 0) co_return Result<void>(Failure::closed);
  co_return parser_.commit(*n);
}

Task<Result<void>> HttpServerConnection::read_more_until(Instant until) {
  if (until == kNever) co_return co_await read_more();
  Task<Result<void>> reading = read_more();
  auto waiting = with_deadline(clock_, until, std::move(reading));
  const std::optional<Result<void>> more = co_await waiting;
  if (!more) co_return Result<void>(Failure::timed_out);
  co_return *more;
}

Task<Result<void>> HttpServerConnection::send(std::string_view bytes) {
  WriteAll writing = stream_->write_all(bytes);
  if (patience_.write == Nanos{0}) co_return co_await writing;
  if (writing.await_ready()) co_return writing.await_resume();
  std::size_t left = writing.bytes.size() + stream_->untaken();
  const PutOff put_off = [this, &writing, &left] {
    const std::size_t before = std::exchange(left, writing.bytes.size() + stream_->untaken());
    return left == before ? Instant::min() : clock_.now() + patience_.write;
  };
  Task<Result<void>> rest = finish(writing);
  auto waiting = with_deadline(clock_, clock_.now() + patience_.write, std::move(rest), &put_off);
  const std::optional<Result<void>> sent = co_await waiting;
  if (sent) co_return *sent;
  reset();  // a graceful end would wait for the client, too
  co_return Result<void>(Failure::timed_out);
}

Task<Result<void>> HttpServerConnection::wait_for_request() {
  const Result<void> begun = begin_message();
  if (!begun || parser_.started()) co_return begun;
  co_return co_await read_more();
}

Task<Result<HttpRequest>> HttpServerConnection::read_request() {
  using Read = Result<HttpRequest>;
  const Result<void> begun = begin_message();
  if (!begun) co_return Read(begun.error());
  bool continued = false;
  Part part = Part::unknown;
  Instant until = kNever;
  while (!parser_.message_done()) {
    if (parser_.head_done() && parser_.expects_continue() && !continued) {
      continued = true;
      if (!may_continue_ || may_continue_()) {
        const Result<void> sent = co_await send(kContinue);
        if (!sent) co_return Read(sent.error());
      }
    }
    Part comes = parser_.started() ? Part::head : Part::none;
    if (parser_.head_done()) comes = Part::body;
    if (std::exchange(part, comes) != comes) {
      const Nanos time = time_of(part, patience_);
      until = time == Nanos{0} ? kNever : clock_.now() + time;
    }
    const Result<void> more = co_await read_more_until(until);
    const bool idle = part == Part::none && !more && more.error() == Failure::timed_out;
    if (idle) co_return Read(Failure::closed);
    if (!more) co_return Read(more.error());
  }
  ++requests_;
  begun_ = false;
  responded_ = false;
  answers_head_ = parser_.request().method == "HEAD";
  keep_alive_ = keep_alive_ && parser_.keep_alive();
  HttpRequest request = std::move(parser_.request());
  request.body = std::move(parser_.body());
  co_return Read(std::move(request));
}

Task<Result<void>> HttpServerConnection::respond(HttpResponse response) {
  responded_ = true;
  out_.clear();
  write_response_head(out_, response.status, response.headers,
                      length_framing(response.body.size(), keep_alive_));
  if (!answers_head_) out_ += response.body;
  co_return co_await send(out_);
}

Task<Result<void>> HttpServerConnection::begin_stream(HttpResponse head) {
  responded_ = true;
  out_.clear();
  write_response_head(out_, head.status, head.headers, keep_alive_ ? kChunked : kChunkedClose);
  co_return co_await send(out_);
}

Task<Result<void>> HttpServerConnection::begin_body(HttpResponse head) {
  responded_ = true;
  out_.clear();
  write_response_head(out_, head.status, head.headers, keep_alive_ ? "" : "connection: close\r\n");
  co_return co_await send(out_);
}

Task<Result<void>> HttpServerConnection::send_chunk(std::string data) {
  if (data.empty() || answers_head_) co_return Result<void>();
  out_.clear();
  write_chunk(out_, data);
  co_return co_await send(out_);
}

Task<Result<void>> HttpServerConnection::end_stream() {
  if (answers_head_) co_return Result<void>();
  co_return co_await send(kLastChunk);
}

Task<Result<void>> HttpServerConnection::send_raw(std::string bytes) {
  responded_ = true;
  keep_alive_ = false;
  out_ = std::move(bytes);
  co_return co_await send(out_);
}

Task<void> HttpServerConnection::wait_for_close() {
  keep_alive_ = false;
  char discarded[256];
  for (;;) {
    const Result<std::size_t> n = co_await stream_->read_some(discarded, sizeof(discarded));
    if (!n || *n == 0) co_return;
  }
}

Task<void> HttpServerConnection::watch_for_close() {
  for (std::size_t early = 0; early < kEarlyBytesMax;) {
    const auto room = parser_.prepare(kEarlyRoom);
    const Result<std::size_t> n = co_await stream_->read_some(room.first, kEarlyRoom);
    if (!n || *n == 0) co_return;
    early += *n;
    const Result<void> kept = parser_.commit(*n);  // the message before is whole: nothing to parse
    static_cast<void>(kept);
  }
  co_await clock_.sleep_until(kNever);
}

namespace {

HttpResponse plain_refusal(Failure failure) {
  HttpResponse response;
  response.headers.add("content-type", "application/json");
  if (failure == Failure::too_large) {
    response.status = 413;
    response.body = R"({"error":{"message":"The request is larger than this server accepts.",)"
                    R"("type":"invalid_request_error","code":"request_too_large"}})";
  } else if (failure == Failure::timed_out) {
    response.status = 408;
    response.body = R"({"error":{"message":"The request was too long in coming.",)"
                    R"("type":"invalid_request_error","code":"request_timeout"}})";
  } else {
    response.status = 400;
    response.body = R"({"error":{"message":"The request is not valid HTTP/1.1.",)"
                    R"("type":"invalid_request_error","code":"bad_request"}})";
  }
  return response;
}

// Until the peer has sent all, at most kDrainBytesMax. Closing earlier would reset the connection,
// and the peer might never read the answer (RFC 9112, 9.6).
Task<bool> drain(HttpServerConnection& connection) {
  const auto room = std::make_unique<char[]>(kDrainRoom);
  for (std::uint64_t drained = 0; drained < kDrainBytesMax;) {
    const Result<std::size_t> n = co_await connection.stream().read_some(room.get(), kDrainRoom);
    if (!n || *n == 0) break;
    drained += *n;
  }
  co_return true;
}

Task<void> refuse_bad_request(HttpServerConnection& connection, Failure failure,
                              const HttpServerOptions& options) {
  HttpResponse response = plain_refusal(failure);
  if (options.refusal) response = options.refusal(failure);
  connection.close_after();
  const Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent || failure == Failure::malformed) co_return;
  connection.stream().finish_sending();
  Clock& clock = connection.clock();
  Task<bool> draining = drain(connection);
  auto bounded = with_deadline(clock, clock.now() + kDrainTime, std::move(draining));
  const std::optional<bool> drained = co_await bounded;
  static_cast<void>(drained);
}

Task<void> serve_connection(Clock& clock, std::unique_ptr<Stream> stream,
                            const HttpHandler& handler, const HttpServerOptions& options) {
  HttpServerConnection connection(clock, std::move(stream), options.limits, options.patience);
  while (connection.keep_alive()) {
    Result<HttpRequest> request = co_await connection.read_request();
    if (!request) {
      const Failure failure = request.error();
      if (failure == Failure::malformed || failure == Failure::too_large ||
          failure == Failure::timed_out) {
        co_await refuse_bad_request(connection, failure, options);
      }
      co_return;
    }
    co_await handler(connection, std::move(*request));
    ENSURE(connection.responded() || !connection.keep_alive(), "a handler answered nothing");
  }
}

}  // namespace

Task<void> serve_http(Clock& clock, Listener& listener, const HttpHandler& handler,
                      HttpServerOptions options) {
  Scope connections(clock);
  std::exception_ptr ended;
  try {
    for (;;) {
      Result<std::unique_ptr<Stream>> stream = co_await listener.accept();
      if (!stream) {
        co_await clock.sleep(std::chrono::milliseconds(10));  // out of descriptors: let some close
        continue;
      }
      if (connections.running() >= options.connections_max) {
        (*stream)->reset();
        continue;
      }
      connections.spawn(serve_connection(clock, std::move(*stream), handler, options));
    }
  } catch (...) {
    ended = std::current_exception();
  }
  connections.cancel();
  co_await connections.join_anyway();
  std::rethrow_exception(ended);
}

}  // namespace world
