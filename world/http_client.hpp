// HttpClient: HTTP/1.1 requests over any Network, with a pool of kept connections per endpoint. It
// never retries and sets no deadline: the caller does both. One clock.
#pragma once

#include <map>
#include <optional>

#include "world/http.hpp"
#include "world/http_parser.hpp"
#include "world/network.hpp"

namespace world {

class HttpClient;

// One request and its response. Dropping it before the response has ended closes the connection,
// which is how a client cancels; after that the connection goes back to the pool.
class HttpExchange {
 public:
  HttpExchange(HttpExchange&&) noexcept;
  HttpExchange& operator=(HttpExchange&&) noexcept;
  ~HttpExchange();

  int status() const { return status_; }
  const HttpHeaders& headers() const { return headers_; }

  // The next bytes of the body, 1 or more; an empty view is its end. Valid until the next call.
  // Fails with `closed` or `reset` when the body is cut short.
  Task<Result<std::string_view>> read_some();

  // The rest of the body. The client's body_bytes_max bounds it.
  Task<Result<std::string>> read_all();

  Instant sent() const { return sent_; }                // the first byte was handed over
  Instant connected_anew() const { return connected_; }  // kNever when the connection was reused

 private:
  friend class HttpClient;
  struct Connection;
  explicit HttpExchange(HttpClient& client, std::unique_ptr<Connection> connection);
  void give_back();

  HttpClient* client_ = nullptr;
  std::unique_ptr<Connection> connection_;
  int status_ = 0;
  HttpHeaders headers_;
  std::string taken_;
  Instant sent_ = kNever;
  Instant connected_ = kNever;
};

struct HttpClientOptions {
  HttpLimits limits;
  std::optional<TlsClient> tls;                        // https, to every endpoint
  std::size_t idle_max = 1'024;                        // kept connections per endpoint
  Nanos idle_for = std::chrono::seconds(30);           // older ones are not used again
  Nanos connect_for{0};                                // longest attempt to connect; 0: no bound
};

class HttpClient {
 public:
  using Options = HttpClientOptions;
  HttpClient(Clock& clock, Network& network, Options options = {});
  ~HttpClient();

  // Sends the request and reads the response's head. content-length and host are added.
  Task<Result<HttpExchange>> send(Endpoint to, HttpRequest request);

  // As send, for a request that is rendered already (the hot path of the generator).
  Task<Result<HttpExchange>> send_rendered(Endpoint to, std::string bytes);

  // Renders a request as send would.
  static std::string render(const Endpoint& to, const HttpRequest& request);

  void close_idle();

 private:
  friend class HttpExchange;
  Task<Result<HttpExchange>> exchange(Endpoint to, std::string bytes, bool expects_no_body);
  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to);
  Task<Result<std::unique_ptr<Stream>>> connect_in_time(Endpoint to);
  std::unique_ptr<HttpExchange::Connection> take_idle(const Endpoint& to);
  void keep(std::unique_ptr<HttpExchange::Connection> connection);

  Clock& clock_;
  Network& network_;
  Options options_;
  std::map<Endpoint, std::vector<std::unique_ptr<HttpExchange::Connection>>> idle_;
};

}  // namespace world
