#include "agent/agent.hpp"

#include "agent/jobs/memory_jobs.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::HttpRequest;
using world::HttpResponse;
using world::HttpServerConnection;
using world::Result;
using world::Task;

namespace {

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

// Whether a path is of this form; the segment that stands for {id} goes into `id`.
bool matches(std::string_view form, std::string_view path, std::string& id) {
  const std::size_t open = form.find('{');
  if (open == std::string_view::npos) return form == path;
  const std::string_view before = form.substr(0, open);
  const std::string_view behind = form.substr(form.find('}') + 1);
  if (path.size() <= before.size() + behind.size()) return false;
  if (!path.starts_with(before) || !path.ends_with(behind)) return false;
  const std::string_view segment =
      path.substr(before.size(), path.size() - before.size() - behind.size());
  if (segment.find('/') != std::string_view::npos) return false;
  id = segment;
  return true;
}

JobIds ids_of(const world::Random& random) {
  return JobIds(world::Random(random.seed()), world::Random(~random.seed()));
}

// What can be asked for: the model of each provider, or the provider by its name.
std::string models_of(const std::vector<Provider>& providers) {
  std::string list = R"({"object":"list","data":[)";
  for (const Provider& provider : providers) {
    if (list.back() != '[') list += ',';
    list += R"({"id":)";
    world::append_json_string(list, provider.model.empty() ? provider.name : provider.model);
    list += R"(,"object":"model","created":0,"owned_by":)";
    world::append_json_string(list, provider.name);
    list += '}';
  }
  return list + "]}";
}

}  // namespace

const std::vector<Agent::Route>& Agent::routes() {
  static const std::vector<Route> kRoutes = {
      {"POST", "/v1/chat/completions", &Agent::ask<Api::chat>},
      {"POST", "/v1/responses", &Agent::ask<Api::responses>},
      {"GET", "/v1/responses", &Agent::responses<&ResponsesApi::list>},
      {"GET", "/v1/responses/{id}", &Agent::responses<&ResponsesApi::read>},
      {"DELETE", "/v1/responses/{id}", &Agent::responses<&ResponsesApi::remove>},
      {"POST", "/v1/responses/{id}/cancel", &Agent::responses<&ResponsesApi::cancel>},
      {"GET", "/v1/responses/{id}/input_items", &Agent::responses<&ResponsesApi::input_items>},
      {"GET", "/v1/models", &Agent::models},
      {"GET", "/health", &Agent::health},
  };
  return kRoutes;
}

Agent::Agent(world::Clock& clock, world::Network& network, Config config,
             const std::vector<Provider>& providers, LedgerSink ledger, world::Random random,
             Outside outside)
    : clock_(clock),
      config_(std::move(config)),
      books_(clock, std::move(ledger)),
      own_store_(outside.store != nullptr
                     ? nullptr
                     : std::make_unique<MemoryJobs>(config_.store, config_.defect)),
      pipeline_(Pipeline::Parts{ProviderChain::Parts{clock, network, config_, books_, random},
                                outside.store != nullptr ? *outside.store : *own_store_,
                                outside.processes, outside.ids.value_or(ids_of(random))},
                providers),
      responses_(pipeline_),
      models_(models_of(providers)),
      started_(clock.now()) {}

Task<void> Agent::serve(world::Listener& listener) {
  const world::HttpHandler handler = [this](HttpServerConnection& connection,
                                            HttpRequest request) {
    return route(connection, std::move(request));
  };
  co_await pipeline_.recover();
  world::Scope telling(clock_);
  if (config_.memory_every > world::Nanos{0} && books_.open()) telling.spawn(tell_memory());
  std::exception_ptr ended;
  try {
    co_await world::serve_http(clock_, listener, handler, server_options(config_));
  } catch (...) {
    ended = std::current_exception();
  }
  telling.cancel();
  co_await telling.join_anyway();
  co_await pipeline_.close();
  if (ended) std::rethrow_exception(ended);
}

Task<void> Agent::tell_memory() {
  for (;;) {
    books_.note(LedgerKind::memory, {}, {.value = held_bytes()});
    co_await clock_.sleep(config_.memory_every);
  }
}

Task<void> Agent::route(HttpServerConnection& connection, HttpRequest request) {
  std::string id;
  for (const Route& route : routes()) {
    if (route.method != request.method || !matches(route.path, request.path(), id)) continue;
    co_await (this->*route.handler)(connection, std::move(request), std::move(id));
    co_return;
  }
  co_await no_route(connection, std::move(request));
}

Task<void> Agent::no_route(HttpServerConnection& connection, HttpRequest request) {
  std::string allowed;
  std::string id;
  for (const Route& route : routes()) {
    if (!matches(route.path, request.path(), id)) continue;
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  HttpResponse response = error_response({404, "invalid_request_error", "Not found."});
  if (!allowed.empty()) {
    response = error_response({405, "invalid_request_error", "Method not allowed."});
    response.headers.add("allow", allowed);
  }
  const Result<void> sent = co_await connection.respond(std::move(response));
  if (!sent) connection.close_after();
}

template <Api kApi>
Task<void> Agent::ask(HttpServerConnection& connection, HttpRequest request, std::string) {
  struct InFlight {
    explicit InFlight(std::int64_t& n) : count(n) { ++count; }
    ~InFlight() { --count; }
    std::int64_t& count;
  };
  const InFlight counted(in_flight_);
  co_await pipeline_.serve(connection, std::move(request), kApi);
}

template <Agent::OfResponses kCall>
Task<void> Agent::responses(HttpServerConnection& connection, HttpRequest request,
                            std::string id) {
  co_await (responses_.*kCall)(connection, std::move(request), std::move(id));
}

Task<void> Agent::models(HttpServerConnection& connection, HttpRequest, std::string) {
  std::string list = models_;
  co_await send_json(connection, 200, std::move(list));
}

Task<void> Agent::health(HttpServerConnection& connection, HttpRequest, std::string) {
  std::string body = R"({"status":"ok","uptime_ms":)";
  world::append_integer(body, (clock_.now() - started_).count() / 1'000'000);
  body += R"(,"sessions":)";
  world::append_integer(body, static_cast<std::int64_t>(sessions()));
  body += R"(,"in_flight":)";
  world::append_integer(body, in_flight_);
  body += '}';
  co_await send_json(connection, 200, std::move(body));
}

}  // namespace agent
