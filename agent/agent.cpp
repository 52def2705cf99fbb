#include "agent/agent.hpp"

#include "world/json_text.hpp"

namespace agent {

using world::HttpResponse;
using world::Result;
using world::Task;

namespace {

constexpr std::string_view kChat = "/v1/chat/completions";
constexpr std::string_view kHealth = "/health";

world::HttpServerOptions server_options(const Config& config) {
  world::HttpServerOptions options;
  options.limits.header_bytes_max = static_cast<std::uint32_t>(config.header_bytes_max);
  options.limits.body_bytes_max = static_cast<std::uint64_t>(config.body_bytes_max);
  options.connections_max = static_cast<std::size_t>(config.connections_max);
  if (!config.honest_errors) return options;
  options.refusal = [limits = options.limits](world::Failure failure) {
    return response_of(problem_of(failure, limits), ProblemContext{});
  };
  return options;
}

HttpResponse no_route(bool known_path, std::string_view allowed) {
  if (!known_path) return error_response({404, "invalid_request_error", "Not found."});
  HttpResponse response = error_response({405, "invalid_request_error", "Method not allowed."});
  response.headers.add("allow", allowed);
  return response;
}

}  // namespace

Agent::Agent(world::Clock& clock, world::Network& network, Config config,
             const std::vector<Provider>& providers, LedgerSink ledger, world::Random random)
    : clock_(clock),
      config_(std::move(config)),
      books_(clock, std::move(ledger)),
      pipeline_(ProviderChain::Parts{clock, network, config_, books_, random}, providers),
      started_(clock.now()) {}

Task<void> Agent::serve(world::Listener& listener) {
  const world::HttpHandler handler = [this](world::HttpServerConnection& connection,
                                            world::HttpRequest request) {
    return route(connection, std::move(request));
  };
  if (config_.memory_every == world::Nanos{0} || !books_.open()) {
    co_await world::serve_http(clock_, listener, handler, server_options(config_));
    co_return;
  }
  world::Scope telling(clock_);
  telling.spawn(tell_memory());
  std::exception_ptr ended;
  try {
    co_await world::serve_http(clock_, listener, handler, server_options(config_));
  } catch (...) {
    ended = std::current_exception();
  }
  telling.cancel();
  co_await telling.join_anyway();
  if (ended) std::rethrow_exception(ended);
}

Task<void> Agent::tell_memory() {
  for (;;) {
    books_.note(LedgerKind::memory, {}, {.value = held_bytes()});
    co_await clock_.sleep(config_.memory_every);
  }
}

Task<void> Agent::route(world::HttpServerConnection& connection, world::HttpRequest request) {
  const std::string_view path = request.path();
  const bool is_chat = path == kChat;
  if (is_chat && request.method == "POST") {
    co_await chat(connection, std::move(request));
    co_return;
  }
  const bool is_health = path == kHealth;
  HttpResponse response = no_route(is_chat || is_health, is_chat ? "POST" : "GET");
  if (is_health && request.method == "GET") response = health();
  const Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

Task<void> Agent::chat(world::HttpServerConnection& connection, world::HttpRequest request) {
  struct InFlight {
    explicit InFlight(std::int64_t& n) : count(n) { ++count; }
    ~InFlight() { --count; }
    std::int64_t& count;
  };
  const InFlight counted(in_flight_);
  co_await pipeline_.handle(connection, std::move(request));
}

HttpResponse Agent::health() const {
  HttpResponse response;
  response.headers.add("content-type", "application/json");
  response.body = R"({"status":"ok","uptime_ms":)";
  world::append_integer(response.body, (clock_.now() - started_).count() / 1'000'000);
  response.body += R"(,"sessions":)";
  world::append_integer(response.body, static_cast<std::int64_t>(sessions()));
  response.body += R"(,"in_flight":)";
  world::append_integer(response.body, in_flight_);
  response.body += '}';
  return response;
}

}  // namespace agent
