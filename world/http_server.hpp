// HttpServer: HTTP/1.1 with keep-alive on any Listener, real or simulated. It reads a request,
// hands it to the handler, and goes on until the peer or the handler ends the connection.
// One clock; connections are children of one scope and end when serve() is cancelled.
#pragma once

#include <functional>

#include "world/http.hpp"
#include "world/http_parser.hpp"
#include "world/network.hpp"
#include "world/scope.hpp"

namespace world {

// How long a server waits for a client that does nothing; 0: for ever. No time runs while a handler
// works: what it waits for is its own business.
struct HttpServerPatience {
  Nanos head{0};   // for a request's head, from its first byte
  Nanos body{0};   // for its body, from the end of its head
  Nanos idle{0};   // for the first byte of a request
  Nanos write{0};  // for the client to take some of what waits to be sent; looked at so often
};

// The server's side of one connection while a request is handled. A handler answers with respond(),
// or with begin_stream / send_chunk / end_stream, or writes raw bytes on stream() itself (faults
// do).
class HttpServerConnection {
 public:
  HttpServerConnection(Clock& clock, std::unique_ptr<Stream> stream, HttpLimits limits,
                       HttpServerPatience patience = {})
      : clock_(clock),
        stream_(std::move(stream)),
        parser_(HttpParser::Role::request, limits),
        patience_(patience) {}

  // Completes when the first bytes of the next request are there, and fails as read_request does.
  // It may be cancelled, as by a deadline, and begun again: no byte is lost. It waits for ever.
  Task<Result<void>> wait_for_request();

  // The next request; `closed` when the peer ended between requests, or sent nothing for too long;
  // `timed_out` when a part of a request was too long in coming.
  Task<Result<HttpRequest>> read_request();

  // Asked when a request waits for "100 Continue" before its body: false leaves it waiting.
  void on_expect(std::function<bool()> may_continue) { may_continue_ = std::move(may_continue); }

  // Sends a whole response; content-length and connection headers are added. As all that send, it
  // fails with timed_out, and the connection is reset, when the client takes nothing for too long.
  Task<Result<void>> respond(HttpResponse response);

  // Sends a head for a chunked body, then chunks, then the end. Each call is one write.
  Task<Result<void>> begin_stream(HttpResponse head);
  // The same for a body whose framing the head's own fields say; its bytes go out on stream().
  Task<Result<void>> begin_body(HttpResponse head);
  Task<Result<void>> send_chunk(std::string data);  // nothing for no data: that would be the end
  Task<Result<void>> end_stream();

  // Sends bytes as they are and ends the connection after this request.
  Task<Result<void>> send_raw(std::string bytes);

  // Ends the connection after this request: gracefully, or with a reset.
  void close_after() { keep_alive_ = false; }
  void reset() {
    keep_alive_ = false;
    stream_->reset();
  }

  // Completes when the peer has gone (finished sending or reset). For handlers that stay silent.
  Task<void> wait_for_close();

  // The same for handlers that answer all the same if it stays: what it sends meanwhile is kept for
  // read_request. One that sends much is not watched any further.
  Task<void> watch_for_close();

  bool keep_alive() const { return keep_alive_; }
  bool responded() const { return responded_; }
  Stream& stream() { return *stream_; }
  Clock& clock() { return clock_; }

  // How many requests came on this connection before this one.
  std::uint64_t ordinal() const { return requests_ - 1; }

 private:
  Result<void> begin_message();
  Task<Result<void>> read_more();
  Task<Result<void>> read_more_until(Instant until);
  Task<Result<void>> send(std::string_view bytes);  // which stay alive until it has ended

  Clock& clock_;
  std::unique_ptr<Stream> stream_;
  HttpParser parser_;
  HttpServerPatience patience_;
  std::string out_;
  std::uint64_t requests_ = 0;
  bool begun_ = true;  // the parser is at the message that comes next
  std::function<bool()> may_continue_;
  bool keep_alive_ = true;
  bool responded_ = false;
  bool answers_head_ = false;  // the request was HEAD: its response has no body
};

using HttpHandler = std::function<Task<void>(HttpServerConnection&, HttpRequest)>;

struct HttpServerOptions {
  HttpLimits limits;
  HttpServerPatience patience{};
  // What those get whose bytes are no HTTP request (malformed), exceed the limits (too_large) or
  // are too long in coming (timed_out), as 400, 413 or 408; empty: a plain one.
  std::function<HttpResponse(Failure)> refusal = {};
  std::size_t connections_max = 20'000;  // further ones are reset on accept
};

// Serves until cancelled. The listener and the handler must outlive it. A request that is not HTTP
// gets 400, one over a limit 413, a slow one 408, and the connection ends; what is still being sent
// is read and thrown away for a while (kDrainBytesMax, kDrainTime), so that the client gets to read
// why.
Task<void> serve_http(Clock& clock, Listener& listener, const HttpHandler& handler,
                      HttpServerOptions options);

}  // namespace world
