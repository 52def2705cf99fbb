#include "agent/agent.hpp"

#include <algorithm>

#include "agent/api/schemas.hpp"
#include "agent/jobs/memory_jobs.hpp"
#include "agent/limits/rate_headers.hpp"
#include "agent/queue/queue_page.hpp"
#include "world/json_text.hpp"

namespace agent {

using world::HttpRequest;
using world::HttpResponse;
using world::HttpServerConnection;
using world::Result;
using world::Task;

namespace {

constexpr world::Nanos kSweepEvery = std::chrono::seconds(5);

world::HttpServerOptions server_options(const Config& config) {
  world::HttpServerOptions options;
  options.limits.header_bytes_max = static_cast<std::uint32_t>(config.header_bytes_max);
  options.limits.body_bytes_max = static_cast<std::uint64_t>(config.body_bytes_max);
  options.connections_max = static_cast<std::size_t>(config.connections_max);
  options.patience = {config.header_timeout, config.body_timeout, config.keep_alive_timeout,
                      config.write_timeout};
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
      {"GET", "/v1/schemas/{id}", &Agent::schema},
      {"GET", "/v1/queue", &Agent::queue},
      {"GET", "/v1/limits", &Agent::limits},
      {"GET", "/v1/budgets", &Agent::budgets},
      {"GET", "/v1/providers", &Agent::providers},
      {"GET", "/v1/breakers", &Agent::breakers},
      {"POST", "/v1/breakers/{id}:reset", &Agent::reset_breaker},
      {"POST", "/v1/breakers/{id}:isolate", &Agent::isolate_breaker},
      {"GET", "/health", &Agent::health},
      {"GET", "/health/live", &Agent::health},
      {"GET", "/health/ready", &Agent::health},
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
  if (config_.rate.limits_requests()) telling.spawn(keep_house());
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

Task<void> Agent::keep_house() {
  for (;;) {
    co_await clock_.sleep(kSweepEvery);
    pipeline_.sweep();
  }
}

Task<void> Agent::route(HttpServerConnection& connection, HttpRequest request) {
  std::string id;
  const Route* found = nullptr;
  for (const Route& route : routes()) {
    if (route.method != request.method || !matches(route.path, request.path(), id)) continue;
    found = &route;
    break;
  }
  // Questions are turned away by the pipeline, which keeps book of them.
  const bool asks = found != nullptr && (found->handler == &Agent::ask<Api::chat> ||
                                         found->handler == &Agent::ask<Api::responses>);
  if (!asks) {
    std::optional<Problem> problem = at_the_gate(request);
    if (problem) {
      co_await refuse(connection, std::move(request), std::move(*problem), std::string());
      co_return;
    }
  }
  if (found == nullptr) {
    co_await no_route(connection, std::move(request));
  } else {
    co_await (this->*found->handler)(connection, std::move(request), std::move(id));
  }
}

// Health is told to everybody, always; anything else only to known keys, and not too often.
std::optional<Problem> Agent::at_the_gate(const HttpRequest& request) {
  Admission::Asker asker;
  asker.path = edge_class_of(request.path());
  if (asker.path == EdgeClass::health) return std::nullopt;
  std::optional<std::string> owner = pipeline_.owner_of(request);
  Problem problem;
  if (!owner) {
    problem.code = ProblemCode::unauthorized;
    problem.detail = "The Authorization header has no key that is known here.";
    return problem;
  }
  asker.client = std::move(*owner);
  const Decision decision = pipeline_.admission().edge(asker);
  if (decision.allowed) return std::nullopt;
  problem.code = ProblemCode::edge_limited;
  problem.retry_after = decision.retry_after;
  problem.detail = "This client sends more requests a second than it may.";
  return problem;
}

Task<void> Agent::no_route(HttpServerConnection& connection, HttpRequest request) {
  std::string allowed;
  std::string id;
  for (const Route& route : routes()) {
    if (!matches(route.path, request.path(), id)) continue;
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  std::string detail = "There is nothing at " + std::string(request.path().substr(0, 64)) + ".";
  if (!allowed.empty()) detail = "This path takes " + allowed + ".";
  Problem problem;
  problem.code = allowed.empty() ? ProblemCode::not_found : ProblemCode::method_not_allowed;
  problem.detail = std::move(detail);
  co_await refuse(connection, std::move(request), std::move(problem), std::move(allowed));
}

// An error of a call that is no question to a provider.
Task<void> Agent::refuse(HttpServerConnection& connection, HttpRequest request, Problem problem,
                         std::string allowed) {
  const std::string request_id = pipeline_.id_of(request);
  ProblemContext context;
  context.request = request_id;
  context.honest = config_.honest_errors;
  context.path = request.path();
  context.accept = request.headers.get("accept");
  HttpResponse response = response_of(problem, context);
  if (!allowed.empty()) response.headers.add("allow", allowed);
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

Task<void> Agent::models(HttpServerConnection& connection, HttpRequest request, std::string) {
  std::string list = models_;
  co_await send_json(connection, pipeline_.id_of(request), std::move(list));
}

Task<void> Agent::health(HttpServerConnection& connection, HttpRequest request, std::string) {
  std::string body = R"({"status":"ok","uptime_ms":)";
  world::append_integer(body, (clock_.now() - started_).count() / 1'000'000);
  body += R"(,"sessions":)";
  world::append_integer(body, static_cast<std::int64_t>(sessions()));
  body += R"(,"in_flight":)";
  world::append_integer(body, in_flight_);
  body += '}';
  co_await send_json(connection, pipeline_.id_of(request), std::move(body));
}

Task<void> Agent::schema(HttpServerConnection& connection, HttpRequest request, std::string id) {
  if (id != "chat" && id != "responses") {
    co_await no_route(connection, std::move(request));
    co_return;
  }
  std::string text = schema_of(id == "chat" ? Api::chat : Api::responses);
  co_await send_json(connection, pipeline_.id_of(request), std::move(text));
}

// Whose the answer is: the user that is named, as the body of a request would name it.
std::string Agent::user_of(const HttpRequest& request) const {
  const std::string_view user = query_of(request.target, "user");
  return user.empty() ? pipeline_.owner_of(request).value_or("") : std::string(user);
}

Task<void> Agent::queue(HttpServerConnection& connection, HttpRequest request, std::string) {
  std::string page = queue_page(pipeline_.queue(), user_of(request));
  co_await send_json(connection, pipeline_.id_of(request), std::move(page));
}

Task<void> Agent::limits(HttpServerConnection& connection, HttpRequest request, std::string) {
  const std::string user = user_of(request);
  Admission& admission = pipeline_.admission();
  const bool known = co_await admission.know(user);
  static_cast<void>(known);
  Admission::Asker asker;
  asker.client = pipeline_.owner_of(request).value_or("");
  asker.user = user;
  std::string page = limits_json(user, admission.tier_of(user), admission.standing(asker),
                                 config_.rate);
  co_await send_json(connection, pipeline_.id_of(request), std::move(page));
}

Task<void> Agent::budgets(HttpServerConnection& connection, HttpRequest request, std::string) {
  BudgetLedger::Who who;
  who.user = user_of(request);
  BudgetLedger& ledger = pipeline_.budgets();
  const bool known = co_await ledger.know(who.user);
  static_cast<void>(known);
  std::string page = budgets_json(ledger, config_.budget, who);
  co_await send_json(connection, pipeline_.id_of(request), std::move(page));
}

Task<void> Agent::providers(HttpServerConnection& connection, HttpRequest request, std::string) {
  std::string page = pipeline_.chain().providers_json();
  co_await send_json(connection, pipeline_.id_of(request), std::move(page));
}

Task<void> Agent::breakers(HttpServerConnection& connection, HttpRequest request, std::string) {
  Breaker* breaker = pipeline_.chain().breaker();
  std::string page = breakers_json(breaker != nullptr ? breaker->views()
                                                      : std::vector<BreakerView>());
  co_await send_json(connection, pipeline_.id_of(request), std::move(page));
}

// Null: nothing of that name has one.
Breaker* Agent::breaker_of(const std::string& key) {
  Breaker* breaker = pipeline_.chain().breaker();
  if (breaker == nullptr) return nullptr;
  const std::vector<BreakerView> views = breaker->views();  // providers and tools that were called
  const bool called =
      std::any_of(views.begin(), views.end(), [&](const BreakerView& v) { return v.key == key; });
  const std::vector<std::string>& providers = config_.providers;
  const bool provides = std::find(providers.begin(), providers.end(), key) != providers.end();
  return called || provides ? breaker : nullptr;
}

std::optional<Problem> Agent::may_change(const HttpRequest& request, const Breaker* breaker) const {
  Problem problem;
  if (!pipeline_.is_admin(request)) {
    problem.code = ProblemCode::forbidden;
    problem.detail = "Breakers are opened and reset by those whose key is in agent.admin_keys.";
    return problem;
  }
  if (breaker != nullptr) return std::nullopt;
  problem.code = ProblemCode::not_found;
  problem.detail = "There is no breaker of that name; GET /v1/breakers lists them.";
  return problem;
}

Task<void> Agent::reset_breaker(HttpServerConnection& connection, HttpRequest request,
                                std::string id) {
  Breaker* breaker = breaker_of(id);
  std::optional<Problem> problem = may_change(request, breaker);
  if (problem) {
    co_await refuse(connection, std::move(request), std::move(*problem), std::string());
    co_return;
  }
  breaker->reset(id);
  co_await breakers(connection, std::move(request), std::move(id));
}

Task<void> Agent::isolate_breaker(HttpServerConnection& connection, HttpRequest request,
                                  std::string id) {
  Breaker* breaker = breaker_of(id);
  std::optional<Problem> problem = may_change(request, breaker);
  if (problem) {
    co_await refuse(connection, std::move(request), std::move(*problem), std::string());
    co_return;
  }
  breaker->isolate(id);
  co_await breakers(connection, std::move(request), std::move(id));
}

}  // namespace agent
